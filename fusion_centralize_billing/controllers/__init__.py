from . import api, links
