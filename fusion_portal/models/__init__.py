from . import fusion_measure_mixin
from . import fusion_assessment_visit
from . import fusion_assessment
from . import fusion_accessibility_assessment
from . import fusion_accessibility_segment
from . import crm_team
from . import res_users
from . import sale_order
