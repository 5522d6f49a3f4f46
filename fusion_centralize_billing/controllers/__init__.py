from . import api, links, portal, stripe
