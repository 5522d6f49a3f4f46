from odoo import api, fields, models
from odoo.exceptions import UserError


class FusionPage11Consent(models.Model):
    """The consent that a signer reads, by version; a text that has been signed stays as it is."""

    _name = "fusion.page11.consent"
    _description = "Page 11 Consent"
    _order = "id DESC"
    _rec_name = "version"

    version = fields.Char(required=True)
    summary = fields.Text("In Plain Words", required=True, translate=True)
    text = fields.Text("Consent", required=True, translate=True)
    active = fields.Boolean(default=True)

    _version_uniq = models.Constraint("UNIQUE(version)", "This version is there already.")

    @api.model
    def _get_current(self):
        """:return: the newest version
        :raise UserError: there is none"""
        current = self.search([], limit=1)
        if not current:
            raise UserError(self.env._("There is no text of consent. Please call the office."))
        return current

    def write(self, vals):
        """:raise UserError: the text of a version somebody has signed"""
        if {"version", "summary", "text"} & vals.keys():
            signed = self.env["fusion.page11.sign.request"].sudo().search_count(
                [("consent_version", "in", self.mapped("version"))], limit=1
            )  # fmt: skip
            if signed:
                raise UserError(
                    self.env._("This version has been signed: make a new version instead.")
                )
        return super().write(vals)
