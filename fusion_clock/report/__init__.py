from . import fusion_clock_hours_report
