from . import (
    booking,
    certificate,
    portal,
    repair_booking,
    self_help,
    service_request,
    shared_unit,
    unit_label,
    visit,
)
