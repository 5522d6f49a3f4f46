from odoo import fields, models

BLOCKING = ("tax_mismatch", "subtotal_mismatch")


class AccountMove(models.Model):
    """An invoice that an app issued itself and that is booked here as it was. It has no billing
    service: the app is told nothing of it, and nothing is collected for it."""

    _inherit = "account.move"

    x_fc_nexacloud_invoice_id = fields.Char(
        "Source Invoice", copy=False, readonly=True, index="btree_not_null"
    )
    x_fc_stripe_invoice_id = fields.Char("Provider's Invoice", copy=False, readonly=True)
    x_fc_ledger_issue = fields.Selection(
        [
            ("none", "None"),
            ("tax_mismatch", "Tax Differs"),
            ("subtotal_mismatch", "Items Do Not Add Up"),
            ("unmapped_family", "Unknown Family"),
            ("changed_upstream", "Changed at the Source"),
        ],
        "Ledger Issue",
        default="none",
        copy=False,
        readonly=True,
    )
    x_fc_ledger_note = fields.Char("Ledger Note", copy=False, readonly=True)
    x_fc_ledger_paid = fields.Monetary(
        "Paid at the Source", copy=False, readonly=True, help="Booked as a payment once posted."
    )
    x_fc_ledger_paid_on = fields.Date("Paid at the Source on", copy=False, readonly=True)

    _fc_nc_invoice_uniq = models.Constraint(
        "UNIQUE (x_fc_nexacloud_invoice_id)", "This invoice of the source is booked already."
    )
