from . import booking, certificate, portal, service_request, unit_label, visit
