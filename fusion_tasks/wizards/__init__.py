from . import (
    fusion_technician_feed,
    fusion_technician_replan,
    fusion_technician_route,
    fusion_technician_task_opening,
)
