from . import (
    fusion_clock_break_rule_recompute,
    fusion_clock_reason,
    fusion_clock_report_wizard,
)
