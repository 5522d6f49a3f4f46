from . import fusion_repair_intake_wizard
from . import fusion_repair_intake_wizard_answer
from . import fusion_repair_booking_opening
from . import fusion_repair_contract_cancel
from . import fusion_repair_payment_collect
from . import fusion_repair_visit_report
from . import fusion_repair_maintenance_backfill_wizard
