from . import booking, certificate, portal, repair_booking, self_help, service_request, unit_label, visit
