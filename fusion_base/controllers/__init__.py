from . import health, start
