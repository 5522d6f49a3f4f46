import logging
from datetime import timedelta

from psycopg2.errors import ReadOnlySqlTransaction

from odoo import api, fields, models
from odoo.http import request

_logger = logging.getLogger(__name__)
#: The same person looking at the same record again within so long is one look.
_SAME_LOOK = timedelta(minutes=15)


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
        log_sudo = self.sudo()
        try:
            with self.env.cr.savepoint():
                fresh = (
                    log_sudo._get_unseen(records, action, detail) if action == "view" else records
                )
                return log_sudo.create(
                    [self._prepare_row(record, action, detail) for record in fresh.sudo()]
                )
        except ReadOnlySqlTransaction:
            raise  # a reading request: Odoo repeats it with a cursor that may write
        except Exception:
            _logger.exception("An access to health information could not be logged")
            return log_sudo.browse()

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
        partner = record if is_partner else record.partner_id
        return {
            "user_id": self.env.uid,
            "partner_id": partner.id,
            "company_id": (not is_partner and record.company_id.id) or self.env.company.id,
            "res_model": record._name,
            "res_id": record.id,
            "action": action,
            "detail": detail or False,
            "ip": request.httprequest.remote_addr if request else False,
        }
