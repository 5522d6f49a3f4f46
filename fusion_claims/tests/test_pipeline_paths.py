import os
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_claims.models.pipelines import PIPELINES

from .common import ClaimsCase
from .test_pipeline import NEXT, SALE_TYPE

HEAVY = bool(os.environ.get("FUSION_HEAVY"))
REASON = "Told by phone"


class Undo(Exception):
    """Leaves a savepoint behind as if nothing had been done in it."""


@tagged("post_install", "-at_install")
class TestPipelinePaths(ClaimsCase):
    """Each pair of states of each pipeline, on each path on which a state can be set."""

    def by_button(self, order, target):
        """What the form calls; a dialog that opens is filled in and confirmed."""
        action = order.action_fc_open_step(target)
        if action is True:
            return
        wizard = self.env["fusion_claims.pipeline.step.wizard"].with_user(order.env.user)
        wizard.create(
            {"sale_order_id": order.id, "target_state": target, "reason": REASON}
        ).action_confirm()

    def by_write(self, order, target):
        order.with_context(fc_status_reason=REASON).write({order._fc_status_field(): target})

    def by_import(self, order, target):
        """A file of two columns, with the label as a person writes it."""
        field = order._fc_status_field()
        label = dict(order._fields[field].selection)[target]
        result = order.with_context(fc_status_reason=REASON).load(
            [".id", field], [[str(order.id), label]]
        )
        if not result["ids"]:
            raise UserError(result["messages"][0]["message"])

    def by_rpc(self, order, target):
        """From outside, with every key that could switch the checks off."""
        context = {"skip_status_validation": True, "fc_no_stage_email": True,
                   "fc_status_reason": REASON, "su": True}  # fmt: skip
        values = {order._fc_status_field(): target}
        call_kw(order.browse(), "write", [order.ids, values], {"context": context})

    PATHS = (by_button, by_write, by_import, by_rpc)

    def go(self, path, order, target):
        """:return: whether the case got there; all of it is undone"""
        field, log = order._fc_status_field(), order.x_fc_status_log_ids
        old, outcome = order[field], None
        try:
            with self.env.cr.savepoint():
                try:
                    path(self, order, target)
                except (UserError, AccessError):
                    order.invalidate_recordset()
                    self.assertEqual((order[field], order.x_fc_status_log_ids), (old, log))
                    outcome = False
                else:
                    order.invalidate_recordset()
                    row = order.x_fc_status_log_ids - log
                    self.assertEqual(
                        (order[field], row.from_state, row.to_state, row.user_id),
                        (target, old, target, order.env.user),
                    )
                    outcome = True
                raise Undo
        except Undo:
            order.invalidate_recordset()
        return outcome

    @mute_logger("odoo.sql_db")
    def walk(self, code, path):
        """Try every pair; what is missing for a state is the matter of the tests of the gates."""
        order = self.new_case(SALE_TYPE[code])
        order.x_fc_mod_assessment_completed_date = fields.Date.today()
        everything, orders = list(NEXT[code]), self.env.registry["sale.order"]
        first = PIPELINES[code].initial
        with patch.object(orders, "_fc_missing_requirements", lambda *_args: []):
            for old, following in NEXT[code].items():
                self.jump(order, old)
                order.sudo().x_fc_status_before_hold = first
                expected = {user: set() for user in (self.clerk, self.manager)}
                for one in following.split():
                    key, is_managers, _rest = one.partition("(M)")
                    expected[self.manager].add(key)
                    if not is_managers:
                        expected[self.clerk].add(key)
                if code == "mod" and old == first:  # the home has been measured
                    for keys in expected.values():
                        keys.add("assessment_completed")
                for user, keys in expected.items():
                    mine = order.with_user(user)
                    reached = {
                        target for target in everything
                        if target != old and self.go(path, mine, target)
                    }  # fmt: skip
                    self.assertEqual(reached, keys, f"{code}: {user.login} from {old}")

    def test_by_button(self):
        for code in NEXT if HEAVY else ["generic"]:
            self.walk(code, TestPipelinePaths.by_button)

    def test_by_write(self):
        for code in NEXT if HEAVY else ["generic", "adp"]:
            self.walk(code, TestPipelinePaths.by_write)

    def test_by_import(self):
        for code in NEXT if HEAVY else ["generic"]:
            self.walk(code, TestPipelinePaths.by_import)

    def test_by_rpc(self):
        for code in NEXT if HEAVY else ["generic"]:
            self.walk(code, TestPipelinePaths.by_rpc)

    def test_a_salesperson_moves_no_case_on_any_path(self):
        for code in NEXT:
            order = self.new_case(SALE_TYPE[code], user=self.rep)
            for path in self.PATHS:
                for target in NEXT[code]:
                    if target != PIPELINES[code].initial:
                        self.assertFalse(self.go(path, order, target), (code, target))

    def test_private_steps_are_not_called_from_outside(self):
        order = self.new_case()
        for name in ("_fc_prepare_step", "_fc_finish_step", "_fc_send_stage_email",
                     "_fc_queue_email", "_cron_claims_followups"):  # fmt: skip
            with self.assertRaises(AccessError):
                call_kw(order.browse(), name, [order.ids], {})
