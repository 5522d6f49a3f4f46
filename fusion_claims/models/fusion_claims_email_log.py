from odoo import fields, models


class FusionClaimsEmailLog(models.Model):
    """Which e-mail about a case has been made for whom: the same one is never made twice."""

    _name = "fusion.claims.email.log"
    _description = "Case E-mail Log"
    _order = "id DESC"
    _rec_name = "recipient_email"

    order_id = fields.Many2one("sale.order", "Case", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    pipeline = fields.Char()
    stage = fields.Char(required=True)
    key = fields.Char(required=True)
    recipient_email = fields.Char("E-mail", required=True)
    recipient_role = fields.Selection(
        [
            ("client", "Client"),
            ("authorizer", "Authorizer"),
            ("sales_rep", "Sales Rep"),
            ("office", "Office"),
            ("funder", "Funder"),
        ],
        "Role",
        required=True,
    )
    mail_id = fields.Many2one("mail.mail", ondelete="set null", index="btree_not_null")
    date = fields.Datetime(required=True, default=fields.Datetime.now)

    _once = models.Constraint(
        "UNIQUE(order_id, key, recipient_email)", "This e-mail has been made already."
    )
