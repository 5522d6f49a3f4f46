from . import home, portal, rpc, session
