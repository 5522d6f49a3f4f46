import logging
from datetime import timedelta

from psycopg2 import Error

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tools.cursor import own_cursor

from .. import const

_logger = logging.getLogger(__name__)


class FusionBillingApiLog(models.Model):
    """One request of an app: which key, what, how it ended. Bodies are not kept."""

    _name = "fusion.billing.api.log"
    _description = "API Request"
    _order = "id desc"
    _rec_name = "path"
    _log_access = False

    key_id = fields.Many2one(
        "fusion.billing.api.key", ondelete="set null", index="btree_not_null", readonly=True
    )
    service_id = fields.Many2one(
        "fusion.billing.service", ondelete="cascade", index="btree_not_null", readonly=True
    )
    company_id = fields.Many2one("res.company", index=True, readonly=True)
    created_at = fields.Datetime("When", required=True, index=True, readonly=True)
    method = fields.Char(size=8, readonly=True)
    path = fields.Char(readonly=True, help="The route, ids left out.")
    status = fields.Integer("Answer", readonly=True)
    code = fields.Char("Error Code", readonly=True)
    milliseconds = fields.Integer(readonly=True)
    ip = fields.Char("Address", size=45, readonly=True)
    request_id = fields.Char(size=64, readonly=True)

    @api.model
    def _note(self, values):
        """Keep one request, also when its own writes are rolled back; never break its answer."""
        try:
            with mute_logger("odoo.sql_db"), own_cursor(self.env) as cr:
                cr.execute(
                    """INSERT INTO fusion_billing_api_log (
                           key_id, service_id, company_id, created_at, method, path,
                           status, code, milliseconds, ip, request_id
                       ) VALUES (
                           %(key_id)s, %(service_id)s, %(company_id)s, %(created_at)s,
                           %(method)s, %(path)s, %(status)s, %(code)s, %(milliseconds)s,
                           %(ip)s, %(request_id)s
                       )""",
                    {**values, "created_at": fields.Datetime.now()},
                )
        except Error as error:
            _logger.warning("A request could not be recorded: %s", type(error).__name__)

    def write(self, vals):  # pylint: disable=method-required-super
        """:raise AccessError: always, rows are not changed"""
        raise AccessError(self.env._("The record of requests cannot be changed."))

    @api.autovacuum
    def _gc_requests(self):
        old = fields.Datetime.now() - timedelta(days=const.API_LOG_DAYS)
        self.sudo().search([("created_at", "<", old)], limit=10_000).unlink()


class FusionBillingApiDaily(models.Model):
    """Good pushes of usage in a day: too many for a row each."""

    _name = "fusion.billing.api.daily"
    _description = "API Requests of a Day"
    _order = "day desc, id desc"
    _rec_name = "path"
    _log_access = False

    key_id = fields.Many2one(
        "fusion.billing.api.key", required=True, ondelete="cascade", readonly=True
    )
    service_id = fields.Many2one(related="key_id.service_id")
    day = fields.Date(required=True, readonly=True)
    path = fields.Char(required=True, readonly=True)
    count = fields.Integer("Requests", readonly=True)

    _day_uniq = models.UniqueIndex("(key_id, day, path)")

    @api.model
    def _add(self, counts):
        """
        :param counts: ``{(key id, day, path): good pushes}``
        :return: whether they are stored
        """
        try:
            with mute_logger("odoo.sql_db"), own_cursor(self.env, read_committed=True) as cr:
                for (key_id, day, path), count in sorted(counts.items()):
                    cr.execute(
                        """INSERT INTO fusion_billing_api_daily AS daily (key_id, day, path, count)
                           SELECT id, %s, %s, %s FROM fusion_billing_api_key WHERE id = %s
                           ON CONFLICT (key_id, day, path)
                           DO UPDATE SET count = daily.count + excluded.count""",
                        [day, path, count, key_id],
                    )
        except Error as error:
            _logger.warning("Pushes could not be counted: %s", type(error).__name__)
            return False
        return True
