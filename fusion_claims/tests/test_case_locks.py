from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PDF, ClaimsCase


@tagged("post_install", "-at_install")
class TestCaseLocks(ClaimsCase):
    def test_a_closed_case_is_locked(self):
        order = self.new_case(status="case_closed")
        line = order.order_line
        self.assertTrue(order.x_fc_case_locked)
        for change in (
            lambda: order.write({"x_fc_claim_number": "C"}),
            lambda: order.write({"x_fc_proof_of_delivery": PDF}),
            lambda: order.write({"order_line": [Command.delete(line.id)]}),
            lambda: line.write({"price_unit": 1}),
            lambda: line.write({"x_fc_serial_number": "S"}),
            lambda: line.unlink(),
            lambda: line.copy({"order_id": order.id}),
            lambda: order.with_user(self.manager).write({"x_fc_claim_number": "C"}),
        ):
            with self.assertRaisesRegex(UserError, "case is locked"), self.env.cr.savepoint():
                change()
        order.message_post(body="Notes are free")
        order.with_user(self.manager).action_fc_set_status("paid", "Letter found")
        order.x_fc_claim_number = "C"
        self.assertEqual(order.x_fc_claim_number, "C")
