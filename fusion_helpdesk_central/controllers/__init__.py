from . import engagement, rpc
