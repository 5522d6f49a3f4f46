from . import fusion_technician_task_opening
