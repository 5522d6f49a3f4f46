from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _post_process(self):
        result = super()._post_process()
        self.env["fusion.repair.payment"].sudo()._follow_transactions(self.sudo())
        return result
