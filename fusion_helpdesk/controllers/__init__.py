from . import attachment, helpdesk
