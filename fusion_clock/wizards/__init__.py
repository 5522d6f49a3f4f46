from . import fusion_clock_report_wizard
