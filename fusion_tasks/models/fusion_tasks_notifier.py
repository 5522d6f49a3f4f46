import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class FusionTasksNotifier(models.AbstractModel):
    """The text message seam; core's ``sms`` sends, when it is installed."""

    _name = "fusion.tasks.notifier"
    _description = "Text Messages"

    @api.model
    def _send_sms(self, partner, body):
        """:return: True only when the message was handed to ``sms``, whose queue sends it"""
        if "sms.sms" not in self.env:
            return False
        number = partner._phone_format(number=partner.phone)
        if not (number and body):
            return False
        try:
            with self.env.cr.savepoint():
                self.env["sms.sms"].sudo().create(
                    {"partner_id": partner.id, "number": number, "body": body}
                )
        except ValueError:
            _logger.exception("A text message to %s could not be queued", partner)
            return False
        return True
