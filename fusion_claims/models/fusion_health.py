from odoo import api, models


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_invariants(self):
        """Signed pages are unaltered; the newest hundred are read."""
        signed = self.env["fusion.page11.sign.request"].sudo().search(
            [("state", "=", "signed")], limit=100
        )  # fmt: skip
        altered = [row.id for row in signed if not row._verify_signed_pdf()]
        detail = f"altered: {altered}" if altered else ""
        return super()._fusion_invariants() + [
            {"code": "fusion_claims.signed_pages", "ok": not altered, "detail": detail}
        ]
