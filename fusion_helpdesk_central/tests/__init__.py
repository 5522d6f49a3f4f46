from . import test_slice
