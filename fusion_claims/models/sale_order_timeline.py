from odoo import models

_FIVE = {
    "adp": ("assessment_completed", "submitted", "approved", "delivered", "case_closed"),
    "mod": ("assessment_completed", "application_submitted", "funding_approved",
            "project_complete", "case_closed"),
    "odsp": ("form_requested", "submitted", "approved", "delivered", "case_closed"),
    "generic": ("documents_pending", "submitted", "approved", "delivered", "case_closed"),
}  # fmt: skip


class SaleOrder(models.Model):
    """Where a case stands, for its client: five steps in plain words, no health information."""

    _inherit = "sale.order"

    def _fc_get_timeline(self):
        """:return: list of ``{"label", "state": "done"|"current"|"todo"}``, empty outside of every
        pipeline and for a case that has ended early"""
        self.ensure_one()
        pipeline = self._fc_get_pipeline()
        status = self._fc_get_case_status()
        if status == "on_hold":
            status = self.x_fc_status_before_hold
        if not pipeline or not status or status in ("cancelled", "withdrawn", "expired"):
            return []
        labels = [
            self.env._("We measure and prepare"),
            self.env._("The application goes to your funder"),
            self.env._("Your funder decides"),
            self.env._("You receive your equipment"),
            self.env._("Everything is settled"),
        ]
        order = [state.key for state in pipeline.states]
        marks = [order.index(key) for key in _FIVE[pipeline.code]]
        reached = sum(order.index(status) >= mark for mark in marks)
        states = [
            "done" if n < reached else "current" if n == reached else "todo" for n in range(5)
        ]
        return [
            {"label": label, "state": state} for label, state in zip(labels, states, strict=True)
        ]
