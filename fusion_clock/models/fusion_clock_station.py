import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_base.tools.signing import hash_token, new_token

from ..const import PAIRING_ALPHABET, PAIRING_LENGTH, PAIRING_MINUTES, STATION_SILENT_MINUTES


class FusionClockStation(models.Model):
    """A tablet on a wall: paired once, then known by a token of its own."""

    _name = "fusion.clock.station"
    _description = "Clock Station"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    location_id = fields.Many2one(
        "fusion.clock.location",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        help="Where the taps at this tablet count. Empty: the company's kiosk location.",
    )
    kind = fields.Selection(
        [("nfc", "Cards"), ("pin", "PIN"), ("both", "Cards and PIN")],
        required=True,
        default="nfc",
    )
    token_hash = fields.Char(copy=False, groups="base.group_system", index="btree_not_null")
    pairing_code_hash = fields.Char(copy=False, groups="base.group_system")
    pairing_expires_at = fields.Datetime(copy=False, readonly=True)
    is_paired = fields.Boolean(compute="_compute_is_paired")
    state = fields.Selection(
        [("new", "Not paired"), ("online", "Online"), ("silent", "Silent")],
        compute="_compute_state",
    )
    last_seen = fields.Datetime(copy=False, readonly=True)
    app_version = fields.Char(copy=False, readonly=True)
    queue_length = fields.Integer(
        "Waiting Taps", copy=False, readonly=True, help="Taps saved on the tablet, not yet sent."
    )
    battery_percent = fields.Integer("Battery (%)", copy=False, readonly=True, aggregator=None)

    _token_uniq = models.UniqueIndex("(token_hash) WHERE token_hash IS NOT NULL")
    _check_company_auto = True

    @api.depends("token_hash")
    def _compute_is_paired(self):
        for station in self:
            station.is_paired = bool(station.sudo().token_hash)

    @api.depends("token_hash", "last_seen")
    def _compute_state(self):
        heard_after = fields.Datetime.now() - timedelta(minutes=STATION_SILENT_MINUTES)
        for station in self:
            if not station.is_paired:
                station.state = "new"
            elif station.last_seen and station.last_seen >= heard_after:
                station.state = "online"
            else:
                station.state = "silent"

    # -- pairing ----------------------------------------------------------------------------

    def action_pair(self):
        """Make a pairing code and show it, once.

        :return: action of a notification that stays until it is closed
        """
        self.ensure_one()
        code = self._new_pairing_code()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Pairing code of %(station)s", station=self.name),
                "message": self.env._(
                    "%(code)s — enter it on the tablet within %(minutes)s minutes: gear, manager "
                    "password, Pair this tablet.",
                    code=f"{code[:4]} {code[4:]}",
                    minutes=PAIRING_MINUTES,
                ),
                "sticky": True,
                "type": "info",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _new_pairing_code(self):
        """:return: 8 characters, of which only the hash is kept for 10 minutes"""
        self.ensure_one()
        self.check_access("write")
        if not self.active:
            raise UserError(self.env._("This station is revoked. Unarchive it first."))
        code = "".join(secrets.choice(PAIRING_ALPHABET) for _n in range(PAIRING_LENGTH))
        self.sudo().write(
            {
                "pairing_code_hash": hash_token(code),
                "pairing_expires_at": fields.Datetime.now() + timedelta(minutes=PAIRING_MINUTES),
            }
        )
        return code

    @api.model
    def _pair(self, code, company):
        """Trade a pairing code for a token; a code works once.

        :return: (station (sudo), token), or (empty, None) for a wrong or expired code
        """
        code = "".join(str(code or "").split())
        station = self.sudo().search(
            [
                ("pairing_code_hash", "=", hash_token(code)),
                ("pairing_expires_at", ">", fields.Datetime.now()),
                ("company_id", "=", company.id),
            ],
            limit=1,
        )
        if not code or not station:
            return self.sudo().browse(), None
        token = new_token()
        station.write(
            {
                "token_hash": hash_token(token),
                "pairing_code_hash": False,
                "pairing_expires_at": False,
                "last_seen": fields.Datetime.now(),
            }
        )
        self.env["fusion.clock.activity.log"]._fclk_log(
            "station_paired", company_id=company.id, station_id=station.id, message=station.name
        )
        return station, token

    def action_revoke(self):
        """A lost or stolen tablet: its token is refused from now on."""
        self.check_access("write")
        self.sudo().write({"token_hash": False, "pairing_code_hash": False, "active": False})

    @api.model
    def _find_by_token(self, token, company):
        """:return: the active station (sudo) of that token and company, or empty"""
        if not token or not isinstance(token, str):
            return self.sudo().browse()
        return self.sudo().search(
            [("token_hash", "=", hash_token(token)), ("company_id", "=", company.id)], limit=1
        )

    def _get_location(self, company):
        """:return: where the taps at this tablet, or at one that was never paired, count"""
        return self.location_id or company.x_fclk_nfc_kiosk_location_id

    def _note_heartbeat(self, queue_length=0, battery=None, app_version=None):
        """:param battery: percent or None where the browser does not say"""
        self.ensure_one()
        is_percent = isinstance(battery, (int, float)) and 0 <= battery <= 100
        is_count = isinstance(queue_length, int) and 0 <= queue_length < 1_000_000
        self.write(
            {
                "last_seen": fields.Datetime.now(),
                "queue_length": queue_length if is_count else 0,
                "battery_percent": int(battery) if is_percent else False,
                "app_version": str(app_version or "")[:32],
            }
        )
