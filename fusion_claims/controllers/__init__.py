from . import page11
