"""Which model the RPC call that runs in this thread has asked for."""

from contextlib import contextmanager
from contextvars import ContextVar

GATEWAY = "fusion.helpdesk.gateway"
_target = ContextVar("fusion_helpdesk_central_rpc_target", default="")


@contextmanager
def keep_target(model):
    """:param model: name of the model, as the caller sent it"""
    token = _target.set(model if isinstance(model, str) else "")
    try:
        yield
    finally:
        _target.reset(token)


def is_gateway():
    """Whether the call goes to the gateway; no call at all counts as elsewhere."""
    return _target.get() == GATEWAY
