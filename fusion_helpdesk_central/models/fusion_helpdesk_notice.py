from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import html_sanitize


class FusionHelpdeskNotice(models.Model):
    """Planned work or an incident, shown in the dialog of the chosen deployments."""

    _name = "fusion.helpdesk.notice"
    _description = "Notice to Deployments"
    _order = "date_from desc, id desc"
    _rec_name = "title"

    title = fields.Char(required=True, translate=True)
    body = fields.Html(translate=True, sanitize_form=True, strip_style=True)
    severity = fields.Selection(
        [("info", "Information"), ("warning", "Planned work"), ("danger", "Incident")],
        default="info",
        required=True,
    )
    date_from = fields.Datetime("From", required=True, default=fields.Datetime.now)
    date_to = fields.Datetime("Until", help="Empty: until it is archived.")
    client_key_ids = fields.Many2many(
        "fusion.helpdesk.client.key", string="Deployments", help="Empty: all."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for notice in self:
            if notice.date_to and notice.date_to <= notice.date_from:
                raise ValidationError(self.env._("A notice must end after it begins."))

    @api.model
    def _find_for(self, key):
        """:return: notices that a deployment shows now"""
        now = fields.Datetime.now()
        domain = Domain("company_id", "=", key.company_id.id) & Domain("date_from", "<=", now)
        domain &= Domain("date_to", "=", False) | Domain("date_to", ">", now)
        chosen = Domain("client_key_ids", "=", False) | Domain("client_key_ids", "in", key.ids)
        return self.sudo().search(domain & chosen, limit=20)

    def _describe(self):
        """:return: the notice as the wire carries it"""
        self.ensure_one()
        return {
            "id": self.id,
            "title": self.title,
            "body": str(html_sanitize(self.body or "", sanitize_form=True, strip_style=True)),
            "severity": self.severity,
            "date_from": fields.Datetime.to_string(self.date_from),
            "date_to": fields.Datetime.to_string(self.date_to) if self.date_to else "",
        }
