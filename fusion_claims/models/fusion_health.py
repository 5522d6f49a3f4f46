from odoo import api, models


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        failed = self.env["fusion.claims.email.log"].sudo().search_count(
            [("mail_id.state", "=", "exception")]
        )  # fmt: skip
        label = self.env._("Case e-mails that could not be sent")
        return super()._fusion_health_checks() + [
            self._fusion_make_check("fusion_claims.mail_failed", label, bool(failed), failed),
            self._fusion_check_jobs("fusion_claims"),
        ]

    @api.model
    def _fusion_invariants(self):
        """Signed pages are unaltered (the newest hundred are read), and payers share the price."""
        signed = self.env["fusion.page11.sign.request"].sudo().search(
            [("state", "=", "signed")], limit=100
        )  # fmt: skip
        altered = [row.id for row in signed if not row._verify_signed_pdf()]
        detail = f"altered: {altered}" if altered else ""
        return super()._fusion_invariants() + [
            {"code": "fusion_claims.signed_pages", "ok": not altered, "detail": detail},
            self._fusion_make_invariant(
                "fusion_claims.portions_add_up", self._fc_find_wrong_portions(), "order lines"
            ),
        ]

    def _fc_find_wrong_portions(self):
        """:return: ids of claimed lines whose two shares are not their price"""
        return self._fusion_select_ids(
            """SELECT id FROM sale_order_line
                WHERE x_fc_adp_portion <> 0
                  AND ABS(price_subtotal - x_fc_adp_portion - x_fc_client_portion) >= 0.005"""
        )
