from . import address, batch, chain, outbound, redact, signing
from .cursor import own_cursor
