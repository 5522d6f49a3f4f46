from . import health, start, support
