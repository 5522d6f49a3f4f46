"""A wire between a tablet and the server that can be cut, as a cellar or a dead battery cuts it."""

import contextlib
import socket
import threading


class Wire:
    """Carries bytes both ways between a port of its own and ``target_port`` on 127.0.0.1.

    A context manager. Cut, it ends every connection in the middle of what it was saying and
    answers no new one; the address stays the same, also while the server behind it is down.
    """

    def __init__(self, target_port):
        self.target_port = target_port
        self.is_cut = False
        self._open = set()
        self._lock = threading.Lock()

    def __enter__(self):
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.cut()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def cut(self):
        self.is_cut = True
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            self._close(end)

    def restore(self):
        self.is_cut = False

    def _listen(self):
        while True:
            try:
                near, _address = self._door.accept()
            except OSError:
                return
            try:
                if self.is_cut:
                    raise OSError("cut")
                far = socket.create_connection(("127.0.0.1", self.target_port), timeout=10)
                far.settimeout(None)
            except OSError:  # cut, or nobody listens behind it
                self._close(near)
                continue
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            self._close(end)
        with self._lock:
            self._open -= {one, other}

    @staticmethod
    def _close(end):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
