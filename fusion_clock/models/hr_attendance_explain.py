from odoo import fields, models
from odoo.tools import format_datetime

from ..services.explain import explain_hours


class HrAttendance(models.Model):
    """Why a day is paid as it is, from what was kept beside the number."""

    _inherit = "hr.attendance"

    x_fclk_explanation = fields.Html(
        "How the Hours Came About",
        compute="_compute_x_fclk_explanation",
        sanitize=False,
    )

    def _compute_x_fclk_explanation(self):
        for attendance in self:
            attendance.x_fclk_explanation = self.env["ir.qweb"]._render(
                "fusion_clock.explanation",
                {"explanation": attendance._fclk_explain(), "show_minutes": _show_minutes},
            )

    def action_fclk_explain(self):
        """:return: the dialog with the explanation"""
        self.ensure_one()
        view = self.env.ref("fusion_clock.hr_attendance_view_explanation")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why These Hours?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
            "context": {"dialog_size": "medium", "form_view_initial_mode": "readonly"},
        }

    def _fclk_explain(self):
        """Explain the net hours in the language of the context.

        :return: ``{"result": net hours, "inputs": {"check_in", "check_out" (UTC text or False),
            "gross_hours", "auto_deduct_break", "break_waived", "penalties": [minutes]},
            "rule": {"name", "version" (the figures it had), "source"},
            "steps": [{"label", "value", "code", "unit" ("h" / "min" / "")}]}``;
            ``services.explain.replay(steps)`` gives the result again
        """
        self.ensure_one()
        attendance = self.sudo()
        snapshot = attendance.x_fclk_break_snapshot or {}
        penalties = attendance.x_fclk_penalty_ids.filtered(lambda row: row.state == "applied")
        steps = explain_hours(
            attendance.x_fclk_gross_hours,
            snapshot,
            penalties.mapped("penalty_minutes"),
            attendance.x_fclk_break_minutes,
        )
        return {
            "result": attendance.x_fclk_net_hours,
            "inputs": attendance._fclk_prepare_inputs(snapshot, penalties),
            "rule": attendance._fclk_prepare_rule(snapshot),
            "steps": attendance._fclk_label_taps() + attendance._fclk_label(steps, penalties),
        }

    def _fclk_prepare_inputs(self, snapshot, penalties):
        to_text = fields.Datetime.to_string
        return {
            "check_in": to_text(self.check_in),
            "check_out": to_text(self.check_out) if self.check_out else False,
            "gross_hours": self.x_fclk_gross_hours,
            "auto_deduct_break": bool(snapshot.get("auto_deduct_break")),
            "break_waived": bool(snapshot.get("break_waived")),
            "penalties": penalties.mapped("penalty_minutes"),
        }

    def _fclk_prepare_rule(self, snapshot):
        """:return: the rule as it was; no rule has no name"""
        version = ""
        if snapshot.get("rule_id"):
            version = self.env._(
                "%(first)s h: %(first_minutes)s min, %(second)s h: %(second_minutes)s min",
                first=_plain(snapshot.get("break1_after_hours")),
                first_minutes=_plain(snapshot.get("break1_minutes")),
                second=_plain(snapshot.get("break2_after_hours")),
                second_minutes=_plain(snapshot.get("break2_minutes")),
            )
        return {
            "name": snapshot.get("rule") or "",
            "version": version,
            "source": snapshot.get("source") or "",
        }

    def _fclk_label_taps(self):
        """:return: steps of the stored taps, in the employee's local time"""
        sources = dict(self._fields["x_fclk_clock_source"]._description_selection(self.env))
        tz_name = self.employee_id._get_tz()

        def show(moment):
            return format_datetime(self.env, moment, tz=tz_name, dt_format="short")

        came = self.env._("Clocked in (%(means)s)", means=sources[self.x_fclk_clock_source])
        steps = [{"code": "in", "label": came, "value": show(self.check_in), "unit": ""}]
        if self.check_out:
            left = self.env._(
                "Clocked out (%(means)s)", means=sources[self.x_fclk_clock_out_source]
            )
            steps.append({"code": "out", "label": left, "value": show(self.check_out), "unit": ""})
        return steps

    def _fclk_label(self, steps, penalties):
        kinds = dict(penalties._fields["penalty_type"]._description_selection(self.env))
        names = iter(
            self.env._(
                "Penalty: %(kind)s, %(minutes)s min",
                kind=kinds[row.penalty_type],
                minutes=row.minutes_off,
            )
            for row in penalties
        )
        return [
            {
                "code": step.code,
                "label": next(names) if step.code == "penalty" else self._fclk_step_label(step),
                "value": step.value,
                "unit": step.unit,
            }
            for step in steps
        ]

    def _fclk_step_label(self, step):
        texts = {
            "gross": self.env._("Time at work"),
            "recorded_break": self.env._("Unpaid break as recorded"),
            "break": self.env._("Taken off in total"),
            "net": self.env._("Paid hours"),
        }
        return texts.get(step.code) or self._fclk_break_label(step)

    def _fclk_break_label(self, step):
        limit = _plain(step.limit)
        number = 1 if step.code == "break1" else 2
        texts = {
            "waived": self.env._("Break: worked through and approved, so it is paid"),
            "switched_off": self.env._("Break: no automatic deduction"),
            "open": self.env._("Break: counted at the clock-out"),
            "tier_off": self.env._("Break %(number)s: none in this rule", number=number),
            "reached": self.env._(
                "Break %(number)s: %(limit)s h at work reached", number=number, limit=limit
            ),
            "below": self.env._(
                "Break %(number)s: less than %(limit)s h at work", number=number, limit=limit
            ),
        }
        return texts[step.reason]


def _plain(figure):
    """:return: 5.0 as "5", 7.5 as "7.5" """
    return f"{figure or 0.0:g}"


def _show_minutes(hours):
    """:return: hours as "7:30" """
    return "{}:{:02d}".format(*divmod(round(hours * 60), 60))
