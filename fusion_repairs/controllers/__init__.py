from . import booking, certificate, portal, self_help, service_request, unit_label, visit
