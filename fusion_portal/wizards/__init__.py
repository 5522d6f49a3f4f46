from . import fusion_visit_cancel_wizard
