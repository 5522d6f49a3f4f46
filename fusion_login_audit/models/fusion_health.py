from odoo import api, fields, models
from odoo.tools import SQL, config

from ..services import mmdb
from ..services.origin import is_public_ip

_SAMPLE, _SHARE = 200, 0.9
_CRONS = ["geo", "retention", "seal", "assess", "alert", "siem", "digest"]


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        return super()._fusion_health_checks() + self._fc_get_login_checks()

    @api.model
    def _fc_get_login_checks(self):
        return [
            self._fc_check_proxy(),
            self._fc_check_geo_source(),
            self._fc_check_geo_shape(),
            self._fc_check_geo_pending(),
            self._fc_check_unsealed(),
            self._fc_check_export(),
            self._fc_check_crons(),
            self._fc_check_second_factor(),
            self._fc_check_chain(),
        ]

    @api.model
    def _fusion_invariants(self):
        report = self.env["fusion.login.audit"].sudo()._fc_verify_chain()
        detail = "" if report["ok"] else f"{report['reason']} at {report['first_bad_id']}"
        return super()._fusion_invariants() + [
            {"code": "fusion_login_audit.chain", "ok": report["ok"], "detail": detail}
        ]

    def _fc_check_chain(self):
        """Only the end, so that the page stays quick; the whole chain is an invariant."""
        head_no, head_hash = self.env["fusion.login.state"]._fc_get_head()
        self.env.cr.execute(
            SQL("SELECT 1 FROM fusion_login_audit WHERE seal_no = %s AND seal_hash = %s",
                head_no, head_hash)
        )  # fmt: skip
        is_there = bool(self.env.cr.rowcount) or not head_no or self._fc_is_pruned(head_no)
        label = self.env._("Last seal of the chain is in place")
        return self._fc_make_check("chain_head", label, not is_there, head_no)

    def _fc_is_pruned(self, seal_no):
        runs = self.env["fusion.login.audit"]._fc_get_runs()
        return any(run["first_seal"] <= seal_no <= run["last_seal"] for run in runs)

    def _fc_make_check(self, code, label, is_bad, value, unit=""):
        return self._fusion_make_check(f"fusion_login_audit.{code}", label, is_bad, value, unit)

    def _fc_count_events(self, where):
        self.env.cr.execute(SQL("SELECT COUNT(*) FROM fusion_login_audit WHERE %s", where))
        return self.env.cr.fetchone()[0]

    def _fc_check_proxy(self):
        """One private address in nearly all rows is the proxy's own."""
        self.env.cr.execute(
            SQL(
                """SELECT ip_address, COUNT(*) FROM (
                       SELECT ip_address FROM fusion_login_audit WHERE channel = 'web'
                     ORDER BY event_time DESC, id DESC LIMIT %s) AS latest
                 GROUP BY ip_address ORDER BY 2 DESC""",
                _SAMPLE,
            )
        )
        rows = self.env.cr.fetchall()
        total = sum(count for _ip, count in rows)
        top = rows[0] if rows else ("", 0)
        is_proxy = total == _SAMPLE and top[1] > _SHARE * total and not is_public_ip(top[0])
        label = self.env._("Logins from one private address (a proxy's? set proxy_mode = True)")
        return self._fc_make_check("proxy", label, is_proxy, top[1], "rows")

    def _fc_check_geo_source(self):
        audit = self.env["fusion.login.audit"]
        provider = audit._fc_get_choice("geo_provider")
        has_web = provider == "local_http" and bool(audit._fc_get_text("geo_http_url"))
        has_source = provider == "off" or has_web or audit._fc_has_geo_database()
        label = self.env._(
            "Location source (no database and no web lookup: places stay empty; "
            "see Settings ▸ Login Audit ▸ Location)"
        )
        return self._fc_make_check("geo_source", label, not has_source, provider)

    def _fc_check_geo_shape(self):
        """A file that Odoo cannot read as its own keeps out everybody with a public address."""
        is_bad = mmdb.is_unreadable_to_odoo(config["geoip_city_db"])
        label = self.env._(
            "Odoo can read its location database (if not, name it in FUSION_GEOIP_CITY_DB "
            "instead of --geoip-city-db)"
        )
        check = self._fc_make_check("geo_shape", label, is_bad, "")
        return {**check, "state": "error"} if is_bad else check

    def _fc_check_geo_pending(self):
        count = self._fc_count_events(SQL("geo_lookup_state = 'pending'"))
        label = self.env._("Login events waiting for their place")
        return self._fc_make_check("geo_pending", label, count > 10_000, count, "rows")

    def _fc_check_unsealed(self):
        before = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        count = self._fc_count_events(SQL("seal_no IS NULL AND event_time < %s", before))
        label = self.env._("Login events older than an hour without a seal")
        return self._fc_make_check("unsealed", label, bool(count), count, "rows")

    def _fc_check_export(self):
        state_sudo = self.env["fusion.login.state"].sudo().search([], limit=1)
        is_on = self.env["fusion.login.audit"]._fc_get_choice("siem_mode") != "off"
        lag = max(state_sudo.head_seal_no - state_sudo.export_seal_no, 0) if is_on else 0
        is_bad = is_on and bool(state_sudo.export_error)
        label = self.env._("Login events waiting for export")
        return self._fc_make_check("export_lag", label, is_bad, lag, "rows")

    def _fc_check_crons(self):
        before = fields.Datetime.subtract(fields.Datetime.now(), hours=2)
        refs = [self.env.ref(f"fusion_login_audit.ir_cron_login_{name}", False) for name in _CRONS]
        crons_sudo = self.env["ir.cron"].sudo().union(*filter(None, refs))
        late = crons_sudo.filtered(lambda cron: not cron.active or cron.nextcall < before)
        missing = len(_CRONS) - len(crons_sudo)
        label = self.env._("Login audit jobs that are late or off")
        return self._fc_make_check("crons", label, bool(late or missing), len(late) + missing)

    def _fc_check_second_factor(self):
        # Odoo's own search of totp_enabled takes the list of a False for a true value and finds
        # the others (auth_totp, res.users._totp_enable_search).
        self.env["res.users"].flush_model(["active", "share"])
        self.env.cr.execute(
            """SELECT COUNT(*) FROM res_users
                WHERE active AND share IS NOT TRUE AND COALESCE(totp_secret, 'false') = 'false'"""
        )
        count = self.env.cr.fetchone()[0]
        label = self.env._("Internal users without a second factor")
        return self._fc_make_check("without_2fa", label, False, count, "users")
