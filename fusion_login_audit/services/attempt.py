"""One authentication attempt, from the outermost hook to its one row.

The outermost hook opens a frame; the hooks inside it only write down what they learn. Whoever
opened the frame decides the row, by the outermost result.
"""

import threading
from collections import OrderedDict
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_current = ContextVar("fusion_login_audit_attempt", default=None)


@dataclass
class Attempt:
    is_cooldown: bool = False
    method: str = ""
    api_key_name: str = ""


def get_attempt():
    """:return: the open :class:`Attempt` or None"""
    return _current.get()


@contextmanager
def open_attempt():
    """Yield a new :class:`Attempt`, or None inside an open one (whose owner decides the row)."""
    if _current.get():
        yield None
        return
    token = _current.set(Attempt())
    try:
        yield _current.get()
    finally:
        _current.reset(token)


class Memory:
    """A bounded map of (key -> (value, until)); the oldest entry leaves first. Thread-safe."""

    def __init__(self, size):
        self._size = size
        self._entries = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key):
        """:return: (value, until) or (None, 0)"""
        with self._lock:
            return self._entries.get(key, (None, 0))

    def put(self, key, value, until):
        with self._lock:
            self._entries.pop(key, None)
            self._entries[key] = (value, until)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def clear(self):
        with self._lock:
            self._entries.clear()

    def __len__(self):
        return len(self._entries)
