from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import const
from .pipelines import BY_SALE_TYPE, MOD, STATUS_FIELDS


class SaleOrder(models.Model):
    """From one state of a case to the next, whatever path sets it."""

    _inherit = "sale.order"

    x_fc_steps = fields.Json("Next Steps", compute="_compute_x_fc_steps")
    x_fc_next_label = fields.Char("Next State", compute="_compute_x_fc_steps")
    x_fc_checklist = fields.Json("Missing for the Next State", compute="_compute_x_fc_steps")

    @api.depends("state", "x_fc_sale_type", "x_fc_status_before_hold", *STATUS_FIELDS)
    @api.depends_context("uid", "lang")
    def _compute_x_fc_steps(self):
        """``x_fc_steps``: list of ``{"key", "label"}``; the first is the case's usual way on.
        ``x_fc_checklist``: see :meth:`_fc_get_checklist`."""
        may_move = self.env.user.has_group(const.CLAIMS_USER)
        for order in self:
            allowed = order._fc_allowed_transitions() if may_move and order._origin else []
            order.x_fc_steps = [
                {"key": key, "label": order._fc_state_label(key)} for key in allowed
            ]
            order.x_fc_next_label = allowed and order._fc_state_label(allowed[0])
            order.x_fc_checklist = allowed and order._fc_get_checklist(allowed[0])

    def _fc_allowed_transitions(self):
        """:return: keys of the states that the user may choose now, in the pipeline's order"""
        self.ensure_one()
        state = self._fc_get_state()
        if not state:
            return []
        following = list(state.next)
        if state.key == "on_hold" and self.x_fc_status_before_hold:
            following.insert(0, self.x_fc_status_before_hold)
        if state.key == "need_to_schedule" and not self._fc_is_measured():
            following.remove("assessment_completed")
        is_manager = self._fc_is_manager()
        return [key for key in following if is_manager or key not in state.managers]

    def _fc_is_measured(self):
        """Whether the home has been assessed although nobody planned it here."""
        return bool(self.x_fc_mod_assessment_completed_date)

    def action_fc_set_status(self, target, reason=None):
        """Move the case; everything that is missing is told at once.

        :param target: key of a state
        :param reason: why, for the states that ask for it
        :return: True
        :raise UserError: not allowed from here, or something is missing
        :raise AccessError: the user runs no cases
        """
        for order in self:
            field = order._fc_status_field()
            if not field:
                raise UserError(self.env._("%s has no funding pipeline.", order.name))
            if target not in dict(order._fields[field].selection):
                raise UserError(self.env._("There is no state “%s”.", target))
        reason = (reason or "").strip() or self.env.context.get("fc_status_reason")
        for field, orders in self.grouped(lambda order: order._fc_status_field()).items():
            orders.with_context(fc_status_reason=reason).write({field: target})
        return True

    def action_fc_open_step(self, target):
        """:return: the action that leads to a state: its wizard, or the step itself"""
        self.ensure_one()
        step = self._fc_get_pipeline().state(target).step
        if not step and self._fc_needs_reason(target):
            step = "step"
        if not step:
            return self.action_fc_set_status(target)
        model, title = _WIZARDS[step]
        return {
            "type": "ir.actions.act_window",
            "name": title and self.env._(title) or self._fc_state_label(target),
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_sale_order_id": self.id, "default_target_state": target},
        }

    def action_fc_application_received(self):
        return self.action_fc_open_step("application_received")

    def action_fc_ready_for_submission(self):
        return self.action_fc_open_step("ready_submission")

    def action_fc_close_case(self):
        return self.action_fc_open_step("case_closed")

    def action_fc_device_approval(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Device Approval"),
            "res_model": "fusion_claims.device.approval.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_sale_order_id": self.id},
        }

    def _fc_state_label(self, key):
        field = self._fields[self._fc_status_field()]
        return dict(field._description_selection(self.env))[key]

    # -- Writing ----------------------------------------------------------------------------------

    def write(self, vals):
        vals = self._fc_prepare_case_vals(vals)
        self._fc_check_lock(vals)
        self._fc_check_documents(vals)
        statuses = {name: vals.pop(name) for name in STATUS_FIELDS if name in vals}
        if "x_fc_sale_type" in vals:
            vals |= self._fc_prepare_sale_type(vals["x_fc_sale_type"])
            statuses = {}
        kept = self._fc_keep_replaced(vals)
        with self.env.cr.savepoint(flush=False):
            done = super().write(vals) if vals else True
            self._fc_note_documents(vals, kept)
            for name, target in statuses.items():
                for order in self._fc_check_steps(name, target):
                    old = order[name]
                    super(SaleOrder, order.sudo()).write(order._fc_prepare_step(name, target))
                    order._fc_finish_step(old, target)
        return done

    def _fc_prepare_sale_type(self, sale_type):
        """:return: what a new funding type does to the statuses
        :raise UserError: a case that has begun changes by a claims manager only"""
        changing = self.filtered(lambda order: order.x_fc_sale_type != sale_type)
        if not changing:
            return {}
        for order in changing:
            pipeline = order._fc_get_pipeline()
            has_begun = pipeline and order[pipeline.field] not in (False, pipeline.initial)
            if has_begun and not self._fc_is_manager():
                raise UserError(
                    self.env._(
                        "The case %s has begun: only a claims manager can change its funding.",
                        order.name,
                    )
                )
        pipeline = BY_SALE_TYPE.get(sale_type)
        values = dict.fromkeys(STATUS_FIELDS, False)
        if pipeline:
            values[pipeline.field] = pipeline.initial
        return {**values, "x_fc_status_before_hold": False}

    def _fc_check_steps(self, field, target):
        """Every case is checked before any is written.

        :return: those whose state changes
        """
        pipeline = STATUS_FIELDS[field]
        changing = self.browse()
        for order in self:
            if order._fc_get_pipeline() is not pipeline:
                raise UserError(
                    self.env._(
                        "%(order)s does not run through the pipeline %(pipeline)s.",
                        order=order.name,
                        pipeline=pipeline.label,
                    )
                )
            if order[field] == target:
                continue
            order._fc_check_transition(target)
            changing += order
        return changing

    def _fc_check_transition(self, target):
        self.ensure_one()
        if self.env.su and self.env.context.get("skip_status_validation"):
            return
        if not self.env.su and not self.env.user.has_group(const.CLAIMS_USER):
            raise AccessError(self.env._("Only claims users move a case."))
        allowed = self._fc_allowed_transitions()
        if target not in allowed:
            raise UserError(
                self.env._(
                    "%(order)s cannot go from %(old)s to %(new)s. Next can be: %(allowed)s.",
                    order=self.name,
                    old=self._fc_state_label(self._fc_get_case_status()),
                    new=self._fc_state_label(target) if target else "-",
                    allowed=", ".join(self._fc_state_label(key) for key in allowed) or "-",
                )
            )
        missing = self._fc_missing_requirements(target)
        if missing:
            raise UserError("\n".join([f"{self.name}:", *(row["message"] for row in missing)]))

    def _fc_prepare_step(self, field, target):
        """:return: what a checked step writes: the state, its date, what comes with it"""
        old = self[field]
        state = STATUS_FIELDS[field].state(target)
        values = {field: target}
        if state.stamp and not self[state.stamp]:
            values[state.stamp] = fields.Date.context_today(self)
        if target == "on_hold":
            values["x_fc_status_before_hold"] = old
        elif old == "on_hold":
            values["x_fc_status_before_hold"] = False
        if target in ("submitted", "resubmitted") and self._fc_pipeline() == "adp":
            document = self._fc_get_document("x_fc_final_application")
            values["x_fc_submitted_checksum"] = document.checksum
            values["x_fc_submission_verified"] = True
        if target in ("needs_correction", "rejected", "denied"):
            values["x_fc_submission_verified"] = False
        return values

    def _fc_finish_step(self, old, target):
        """Log a step that was written, and tell who wants to know."""
        log = self.env["fusion.claims.status.log"]._log(
            self, old, target, self.env.context.get("fc_status_reason")
        )
        if not (self.env.su and self.env.context.get("fc_no_stage_email")):
            self._fc_send_stage_email(target, log)

    # -- Locks ------------------------------------------------------------------------------------

    def _fc_check_lock(self, vals):
        """:raise UserError: a closed case keeps what it says until a manager reopens it
        :raise AccessError: a manager's reason, written by somebody else"""
        if vals.get("x_fc_confirm_reason") and not self._fc_is_manager():
            raise AccessError(self.env._("Only a claims manager may allow to confirm early."))
        if self.env.su or not any(order.x_fc_case_locked for order in self):
            return
        touched = [
            name
            for name in vals
            if name.startswith("x_fc_") and name not in STATUS_FIELDS or name == "order_line"
        ]
        if touched:
            raise UserError(
                self.env._("The case is locked: it is closed. A claims manager can reopen it.")
            )

    def _fc_check_may_confirm(self):
        """The funder never pays for what was ordered before its commitment.

        Source: March of Dimes Canada, HVMP: nothing is ordered or paid before approval.
        """
        self.ensure_one()
        if self._fc_get_pipeline() is not MOD:
            return
        keys = [state.key for state in MOD.states]
        begun = self.x_fc_mod_status
        if begun == "on_hold":
            begun = self.x_fc_status_before_hold
        is_committed = keys.index("pca_received") <= keys.index(begun) <= keys.index("case_closed")
        if not is_committed and not (self.x_fc_confirm_reason or "").strip():
            raise UserError(
                self.env._(
                    "March of Dimes does not pay for what was ordered before its payment "
                    "commitment agreement. Wait for it, or ask a claims manager to fill in the "
                    "reason to confirm early."
                )
            )


_WIZARDS = {
    "application_received": ("fusion_claims.application.received.wizard", "Application Received"),
    "ready_submission": ("fusion_claims.ready.for.submission.wizard", "Ready for Submission"),
    "submission_check": ("fusion_claims.submission.check.wizard", "Submission Check"),
    "case_close": ("fusion_claims.case.close.verification.wizard", "Close Case"),
    "step": ("fusion_claims.pipeline.step.wizard", ""),
}
