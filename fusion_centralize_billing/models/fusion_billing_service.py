import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import const


class FusionBillingService(models.Model):
    """An app whose customers, subscriptions and usage are billed here."""

    _name = "fusion.billing.service"
    _description = "Billing Service"
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char(required=True, help="Small letters, digits and underscores, e.g. maps.")
    active = fields.Boolean(
        default=True, help="Archived: every key is refused and no event is stored."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    api_key_ids = fields.One2many("fusion.billing.api.key", "service_id", "API Keys")
    webhook_url = fields.Char(
        "Webhook Address",
        help="Signed events are posted to it. Empty: the app is told nothing.",
    )
    webhook_secret_ids = fields.One2many(
        "fusion.billing.webhook.secret", "service_id", groups="base.group_system"
    )
    webhook_enabled = fields.Boolean(
        "Send Webhooks", default=True, help="Off: events are kept and sent once it is on again."
    )
    lago_headers = fields.Boolean(
        "Lago's Headers", help="Events also carry the headers and keys that clients of Lago check."
    )
    rate_limit_per_minute = fields.Integer(
        "Requests a Minute", default=600, help="For each key; 0 = unlimited."
    )
    usage_rate_limit_per_minute = fields.Integer(
        "Usage Requests a Minute", default=6000, help="For each key; 0 = unlimited."
    )
    default_tax_ids = fields.Many2many(
        "account.tax", string="Taxes", help="Empty: those of each product."
    )
    link_count = fields.Integer("Accounts", compute="_compute_counts")
    subscription_count = fields.Integer("Subscriptions", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting Events", compute="_compute_counts")
    dead_count = fields.Integer("Dead Events", compute="_compute_counts")
    last_success_at = fields.Datetime("Last Taken", compute="_compute_endpoint_health")
    failures_in_a_row = fields.Integer("Failures in a Row", compute="_compute_endpoint_health")

    _code_uniq = models.UniqueIndex("(code)", "Another service has this code.")
    _check_limits = models.Constraint(
        "CHECK (rate_limit_per_minute >= 0 AND usage_rate_limit_per_minute >= 0)",
        "A limit is 0 or more.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for service in self:
            service.currency_id = service.currency_id or service.company_id.currency_id

    def _compute_counts(self):
        def count(model, domain, field="service_id"):
            groups = self.env[model]._read_group(
                [(field, "in", self.ids), *domain], [field], ["__count"]
            )
            return {record.id: number for record, number in groups}

        links = count("fusion.billing.account.link", [])
        orders = count("sale.order", [], "x_fc_billing_service_id")
        waiting = count("fusion.billing.webhook", [("state", "in", ("pending", "failed", "held"))])
        dead = count("fusion.billing.webhook", [("state", "=", "dead")])
        for service in self:
            service.link_count = links.get(service.id, 0)
            service.subscription_count = orders.get(service.id, 0)
            service.waiting_count = waiting.get(service.id, 0)
            service.dead_count = dead.get(service.id, 0)

    def _compute_endpoint_health(self):
        """What the newest deliveries say of each endpoint."""
        self.env["fusion.billing.webhook.attempt"].flush_model()
        self.env.cr.execute(
            """SELECT w.service_id,
                      MAX(a.create_date) FILTER (WHERE a.status BETWEEN 200 AND 299),
                      COUNT(*) FILTER (WHERE a.id > COALESCE(good.id, 0))
                 FROM fusion_billing_webhook_attempt a
                 JOIN fusion_billing_webhook w ON w.id = a.webhook_id
                 LEFT JOIN LATERAL (
                      SELECT MAX(ok.id) AS id FROM fusion_billing_webhook_attempt ok
                        JOIN fusion_billing_webhook v ON v.id = ok.webhook_id
                       WHERE v.service_id = w.service_id AND ok.status BETWEEN 200 AND 299
                      ) good ON TRUE
                WHERE w.service_id = ANY(%s) GROUP BY 1""",
            [self.ids],
        )
        found = {row[0]: row[1:] for row in self.env.cr.fetchall()}
        for service in self:
            last, failures = found.get(service.id, (False, 0))
            service.last_success_at = last
            service.failures_in_a_row = failures

    @api.constrains("code")
    def _check_code(self):
        for service in self:
            if not re.fullmatch(const.SERVICE_CODE, service.code or ""):
                raise ValidationError(
                    self.env._(
                        "The code %s must begin with a small letter and hold 2 to 32 small "
                        "letters, digits or underscores.",
                        service.code,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        services = super().create(vals_list)
        services._check_webhook_urls()
        return services

    def write(self, vals):
        result = super().write(vals)
        if vals.get("webhook_url"):
            self._check_webhook_urls()
        if vals.get("webhook_enabled"):
            self._release_held_events()
        return result

    def _check_webhook_urls(self):
        """Every address is safe to call, and has a secret to sign with."""
        for service in self.filtered("webhook_url"):
            self.env["fusion.billing.webhook"]._check_url(service.webhook_url, saving=True)
            if not service.sudo().webhook_secret_ids:
                service.sudo()._generate_webhook_secret()

    def _release_held_events(self):
        held = self.env["fusion.billing.webhook"].sudo()
        held = held.search([("service_id", "in", self.ids), ("state", "=", "held")])
        held.write({"state": "pending", "next_retry_at": fields.Datetime.now()})
        held._trigger_dispatch()

    def _generate_api_key(self, name="default", scope="all", expires_at=None):
        """Make a key; earlier ones stay valid, so that one can be replaced without a gap.

        :return: the raw key, which nobody can read again
        """
        self.ensure_one()
        return self.env["fusion.billing.api.key"]._issue(self, name, scope, expires_at)

    @api.model
    def _authenticate_api_key(self, raw):
        """:return: sudoed ``fusion.billing.api.key``, empty when it is not valid now"""
        return self.env["fusion.billing.api.key"]._authenticate(raw)

    def _generate_webhook_secret(self):
        """Make a signing secret; the older ones stay valid for a day.

        :return: the raw secret, ``whsec_`` and standard base64 of 32 bytes
        """
        self.ensure_one()
        return self.env["fusion.billing.webhook.secret"]._issue(self)

    def _get_webhook_secrets(self):
        """:return: list of the secrets that are valid now, newest first"""
        now = fields.Datetime.now()
        secrets = self.sudo().webhook_secret_ids.filtered(
            lambda secret: not secret.expires_at or secret.expires_at > now
        )
        return secrets.sorted("id", reverse=True).mapped("secret")

    def action_generate_key(self):
        """:return: the dialog that shows a new key once"""
        self.ensure_one()
        self.check_access("write")
        title = self.env._("API key of %s", self.name)
        return self.env["fusion.billing.secret"]._show(title, self._generate_api_key())

    def action_rotate_secret(self):
        """:return: the dialog that shows a new signing secret once"""
        self.ensure_one()
        self.check_access("write")
        secret = self.sudo()._generate_webhook_secret()
        title = self.env._("Webhook secret of %s", self.name)
        return self.env["fusion.billing.secret"]._show(title, secret)

    def action_view_events(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "fusion_centralize_billing.action_fc_webhooks"
        )
        return {**action, "domain": [("service_id", "=", self.id)]}
