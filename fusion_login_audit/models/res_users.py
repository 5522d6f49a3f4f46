from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const

_ROW = [
    "event_type", "result", "failure_reason", "ip_address", "country_name", "city", "browser",
    "os", "device_type", "is_new_device",
]  # fmt: skip
_SUCCESS = SQL("event_type = 'login' AND result = 'success'")


class ResUsers(models.Model):
    _inherit = "res.users"

    x_fc_login_audit_ids = fields.One2many(
        "fusion.login.audit", "user_id", "Login Events", readonly=True,
        groups="base.group_system", copy=False,
    )  # fmt: skip
    x_fc_login_audit_recent_ids = fields.Many2many(
        "fusion.login.audit",
        string="Last Login Events",
        compute="_compute_x_fc_login_audit_recent_ids",
        groups="base.group_system",
        help="The last 30: the form would read the ids of a whole history.",
    )
    x_fc_login_audit_count = fields.Integer(
        "Login Count", compute="_compute_x_fc_login_audit_count", groups="base.group_system"
    )
    x_fc_last_successful_login = fields.Datetime(
        "Last Successful Login", compute="_compute_x_fc_last_login",
        search="_search_x_fc_last_successful_login", groups="base.group_system",
    )  # fmt: skip
    x_fc_last_login_ip = fields.Char(
        "Last Login Address", compute="_compute_x_fc_last_login", groups="base.group_system"
    )
    x_fc_login_audit_since = fields.Char(
        "Recorded Since", compute="_compute_x_fc_login_audit_since", groups="base.group_system"
    )
    x_fc_has_login_activity = fields.Boolean(
        "Login Activity Is Open", compute="_compute_x_fc_has_login_activity"
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["x_fc_has_login_activity"]

    def _compute_x_fc_has_login_activity(self):
        self.x_fc_has_login_activity = self.env["fusion.login.audit"]._fc_get_bool("self_service")

    def _compute_x_fc_login_audit_recent_ids(self):
        events = self.env["fusion.login.audit"]
        for user in self:  # one user: the form's
            user.x_fc_login_audit_recent_ids = events.search(
                [("user_id", "=", user._origin.id)], limit=const.PAGE_ROWS
            )

    def _compute_x_fc_login_audit_count(self):
        self.env.cr.execute(
            SQL(
                """SELECT user_id, COUNT(*) FROM fusion_login_audit
                    WHERE user_id = ANY(%s) GROUP BY user_id""",
                list(self._origin.ids),
            )
        )
        counts = dict(self.env.cr.fetchall())
        for user in self:
            user.x_fc_login_audit_count = counts.get(user._origin.id, 0)

    def _compute_x_fc_last_login(self):
        self.env.cr.execute(
            SQL(
                """SELECT ids.id, last.event_time, last.ip_address
                     FROM unnest(%s::int[]) AS ids (id) CROSS JOIN LATERAL (
                         SELECT event_time, ip_address FROM fusion_login_audit
                          WHERE user_id = ids.id AND %s
                       ORDER BY event_time DESC, id DESC LIMIT 1) AS last""",
                list(self._origin.ids),
                _SUCCESS,
            )
        )
        found = {user_id: values for user_id, *values in self.env.cr.fetchall()}
        for user in self:
            time, ip = found.get(user._origin.id, (False, False))
            user.x_fc_last_successful_login = time or False
            user.x_fc_last_login_ip = ip or False

    def _compute_x_fc_login_audit_since(self):
        text = self.env["fusion.login.audit"]._fc_get_text("installed_at")
        self.x_fc_login_audit_since = text[:10]

    @api.model
    def _search_x_fc_last_successful_login(self, operator, value):
        """The ORM checks the groups of stored fields only: without this anybody could ask."""
        self._check_field_access(self._fields["x_fc_last_successful_login"], "read")
        last = SQL(
            """SELECT user_id FROM fusion_login_audit
                WHERE user_id IS NOT NULL AND %s GROUP BY user_id""",
            _SUCCESS,
        )
        if operator in ("<", "<=", ">", ">="):
            having = SQL("%s HAVING MAX(event_time) %s %s", last, SQL(operator), value)
            return Domain("id", "in", SQL("(%s)", having))
        if operator not in ("in", "not in"):
            return NotImplemented
        times = [item for item in value if item]
        having = SQL("%s HAVING MAX(event_time) = ANY(%s::timestamp[])", last, times)
        domain = Domain("id", "in", SQL("(%s)", having))
        if len(times) < len(list(value)):
            domain |= Domain("id", "not in", SQL("(%s)", last))
        return domain if operator == "in" else ~domain

    def action_view_login_audit(self):
        """:return: action with all login events of this user"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fusion_login_audit.action_login_audit"
        )
        return {**action, "domain": [("user_id", "=", self.id)], "context": {}}

    @api.model
    def get_my_login_activity(self, limit=30, offset=0):
        """The calling user's own events, newest first, whatever set it is called on.

        :param limit: 1 to 100
        :return: ``{"total": int, "rows": [{"event_time": ISO text (UTC), …}]}``
        :raise AccessError: when an administrator has not switched it on
        """
        audit_sudo = self.env["fusion.login.audit"].sudo()
        if not audit_sudo._fc_get_bool("self_service"):
            raise AccessError(self.env._("Your login activity is not open to you."))
        domain = [("user_id", "=", self.env.uid)]
        events = audit_sudo.search(
            domain, limit=min(max(int(limit), 1), 100), offset=max(int(offset), 0)
        )
        rows = [
            {"event_time": event.event_time.isoformat(), **{name: event[name] for name in _ROW}}
            for event in events
        ]
        return {"total": audit_sudo.search_count(domain), "rows": rows}
