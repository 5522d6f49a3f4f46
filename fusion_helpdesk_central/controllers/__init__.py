from . import engagement, rating, rpc
