from . import booking, certificate, visit
