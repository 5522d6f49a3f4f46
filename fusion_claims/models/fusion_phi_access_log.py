import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import format_datetime

from odoo.addons.fusion_base.tools.cursor import own_cursor

_logger = logging.getLogger(__name__)
#: The same person looking at the same record again within so long is one look.
_SAME_LOOK = timedelta(minutes=15)
_PRINTED = 2000  # rows of a report


class FusionPhiAccessLog(models.Model):
    """Who looked at whose health information.

    Source of the duty: Ontario, Personal Health Information Protection Act, 2004, s. 10.1
    (electronic audit log).
    """

    _name = "fusion.phi.access.log"
    _description = "Health Information Access Log"
    _order = "date DESC, id DESC"
    _rec_name = "detail"
    _log_access = False

    user_id = fields.Many2one("res.users", "Person", ondelete="set null", readonly=True)
    partner_id = fields.Many2one("res.partner", "Whose Data", ondelete="set null", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    action = fields.Selection(
        [
            ("view", "Viewed"),
            ("download", "Downloaded"),
            ("print", "Printed"),
            ("export", "Exported"),
            ("sign", "Signed"),
            ("denied", "Denied"),
        ],
        required=True,
        readonly=True,
    )
    detail = fields.Char(readonly=True)
    ip = fields.Char("Address", readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _person_idx = models.Index("(partner_id, date DESC)")
    _record_idx = models.Index("(res_model, res_id, user_id, date DESC)")

    @api.model
    def _log(self, records, action, detail=None):
        """Never fails: the log does not stand in the way of care.

        :param records: partners, or records with a ``partner_id``
        :return: the rows (sudo); the same look again makes none
        """
        rows = self.sudo()
        if not self.env.cr.readonly:
            # Another's change that cannot be written is not this log's failure: swallowed here, it
            # would leave the caller in a broken transaction that nobody repeats.
            self.env.flush_all()
        try:
            if self.env.cr.readonly:  # of a request that opens a form or a file
                with own_cursor(self.env) as cr:
                    env = self.env(cr=cr)
                    made = rows.with_env(env(su=True))._add(records.with_env(env), action, detail)
                    return rows.browse(made.ids)
            with self.env.cr.savepoint():
                return rows._add(records, action, detail)
        except Exception:
            _logger.exception("An access to health information could not be logged")
            return rows.browse()

    def _add(self, records, action, detail):
        fresh = self._get_unseen(records, action, detail) if action == "view" else records
        return self.create([self._prepare_row(record, action, detail) for record in fresh.sudo()])

    def _get_unseen(self, records, action, detail):
        seen = self._read_group(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("user_id", "=", self.env.uid),
                ("action", "=", action),
                ("detail", "=", detail or False),
                ("date", ">", fields.Datetime.now() - _SAME_LOOK),
            ],
            ["res_id"],
        )
        return records - records.browse([row[0] for row in seen])

    def _prepare_row(self, record, action, detail):
        is_partner = record._name == "res.partner"
        partner = record if is_partner else record["partner_id"] if "partner_id" in record else None
        company = record["company_id"] if not is_partner and "company_id" in record else None
        return {
            "user_id": self.env.uid,
            "partner_id": partner and partner.id,
            "company_id": (company or self.env.company).id,
            "res_model": record._name,
            "res_id": record.id,
            "action": action,
            "detail": detail or False,
            "ip": request.httprequest.remote_addr if request else False,
        }

    @api.model
    def _get_report_rows(self, record):
        """Who looked, for the person whose data it is. Printing it is a look as well.

        :param record: a res.partner, or a case
        :return: list of ``{"date", "person", "action", "what", "detail", "ip"}``, the latest first
        :raise AccessError: the user may not read the log
        """
        self.check_access("read")
        record.check_access("read")
        if record._name == "res.partner":
            domain = [("partner_id", "child_of", record.ids)]
        else:
            domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        rows = self.search(domain, limit=_PRINTED)
        zone = (record.company_id or self.env.company)._fc_tz().zone
        actions = dict(self._fields["action"]._description_selection(self.env))
        models_sudo = self.env["ir.model"].sudo()
        names = {name: models_sudo._get(name).name for name in set(rows.mapped("res_model"))}
        found = [
            {
                "date": format_datetime(self.env, row.date, tz=zone, dt_format="medium"),
                "person": row.user_id.sudo().name or "",
                "action": actions[row.action],
                "what": names[row.res_model],
                "detail": row.detail or "",
                "ip": row.ip or "",
            }
            for row in rows
        ]
        self._log(record, "print", "access log")
        return found
