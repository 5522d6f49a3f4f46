from odoo import api

BATCH_SIZE = 1000  # attendances filled at a time


def post_init_hook(env):
    """Make an existing database complete: province rules on, hours of old attendances filled."""
    _activate_company_provinces(env)
    _fill_attendance_hours(env)


def _activate_company_provinces(env):
    """A company that already lives in a province gets its rule, unless a person must review it."""
    provinces = env["res.company"].search([]).state_id
    env["fusion.clock.break.rule"].with_context(active_test=False).search(
        [
            ("state_id", "in", provinces.ids),
            ("needs_review", "=", False),
            ("active", "=", False),
        ]
    ).active = True


def _fill_attendance_hours(env: api.Environment):
    """Compute the stored hours of attendances that are older than the addon, without chatter."""
    attendances = env["hr.attendance"].with_context(tracking_disable=True)
    names = [
        "x_fclk_penalty_minutes",
        "x_fclk_gross_hours",
        "x_fclk_break_minutes",
        "x_fclk_net_hours",
    ]
    ids = attendances.search([], order="id").ids
    for start in range(0, len(ids), BATCH_SIZE):
        batch = attendances.browse(ids[start : start + BATCH_SIZE])
        for name in names:
            env.add_to_compute(batch._fields[name], batch)
        batch.flush_recordset()
        env.invalidate_all()
