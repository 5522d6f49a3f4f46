from odoo import api, fields, models

from ..services.qr import make_qr


class FusionRepairPaymentCollect(models.TransientModel):
    """What is due, and how the client pays it."""

    _name = "fusion.repair.payment.collect"
    _description = "Collect a Payment"

    repair_id = fields.Many2one("repair.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="repair_id.x_fc_currency_id")
    amount_due = fields.Monetary(related="repair_id.x_fc_amount_due")
    amount = fields.Monetary(
        "Pays Now", compute="_compute_amount", store=True, readonly=False, precompute=True
    )
    method = fields.Selection(
        lambda self: self.env["repair.order"]._fc_payment_methods(),
        "Way to Pay",
        required=True,
        default="link",
    )
    reference = fields.Char(help="Cheque number, or what the terminal printed.")
    payment_id = fields.Many2one("fusion.repair.payment", readonly=True)
    link = fields.Char(compute="_compute_link")
    qr = fields.Binary("QR Code", compute="_compute_link")

    @api.depends("repair_id")
    def _compute_amount(self):
        for dialog in self:
            dialog.amount = dialog.repair_id.x_fc_amount_due

    @api.depends("payment_id")
    def _compute_link(self):
        for dialog in self:
            link = dialog.payment_id.sudo().link
            dialog.link, dialog.qr = link, link and make_qr(link)

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Collect a Payment"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "view_mode": "form",
            "target": "new",
        }

    def action_collect(self):
        """:return: action: the link to show, else the dialog closes"""
        self.ensure_one()
        payment = self.repair_id._fc_collect_payment(self.method, self.amount, self.reference)
        if not payment.sudo().link:
            return {"type": "ir.actions.act_window_close"}
        self.payment_id = payment
        return self._open()

    def action_send(self):
        """Mail the link to the client, and text it where text messages are on.

        :return: action that closes the dialog
        """
        self.ensure_one()
        repair, link = self.repair_id, self.payment_id.sudo().link
        repair.check_access("write")
        repair._mail_client("email_template_payment_link", payment_url=link)
        words = repair.with_context(lang=repair.partner_id.lang)
        text = words.env._("%(company)s: please pay here: %(link)s",
                           company=repair.company_id.name, link=link)  # fmt: skip
        self.env["fusion.tasks.notifier"]._send_sms(repair.partner_id, text)
        return {"type": "ir.actions.act_window_close"}
