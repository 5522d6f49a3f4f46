from . import fusion_clock_reason
