from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ReadyForSubmissionWizard(models.TransientModel):
    """Everything the program will look for, before it is sent."""

    _name = "fusion_claims.ready.for.submission.wizard"
    _description = "Ready for Submission"
    _inherit = "fusion_claims.order.wizard"

    has_client_identity = fields.Boolean("Client's identity", compute="_compute_checks")
    has_authorizer = fields.Boolean("Authorizer", compute="_compute_checks")
    has_assessment_dates = fields.Boolean("Assessment dates", compute="_compute_checks")
    has_authorization_date = fields.Boolean("Authorization date", compute="_compute_checks")
    has_client_refs = fields.Boolean("Client references", compute="_compute_checks")
    has_reason = fields.Boolean("Reason for application", compute="_compute_checks")
    has_documents = fields.Boolean(
        "Original application and signed pages", compute="_compute_checks"
    )
    has_device_lines = fields.Boolean("Devices with an ADP code", compute="_compute_checks")
    prices_ok = fields.Boolean("No price above the ADP's", compute="_compute_checks")
    quantities_ok = fields.Boolean("No more units than allowed", compute="_compute_checks")
    can_confirm = fields.Boolean(compute="_compute_checks")
    missing_text = fields.Text("Missing", compute="_compute_checks")

    @api.depends("sale_order_id")
    def _compute_checks(self):
        for wizard in self:
            order = wizard.sale_order_id
            checks = self._get_checks(order) if order else {}
            for name in self._get_names():
                wizard[name] = checks.get(name, False)
            missing = self._get_missing(order) if order else []
            wizard.can_confirm = bool(order) and not missing
            wizard.missing_text = "\n".join(missing)

    @api.model
    def _get_names(self):
        return [name for name in self._fields if name.startswith("has_") or name.endswith("_ok")]

    @api.model
    def _get_checks(self, order):
        """:return: ``{field of this dialog: whether it holds}``"""
        client = order.partner_id.sudo()
        coded = order.order_line.filtered("x_fc_adp_device_code_id")
        units = coded.grouped("x_fc_adp_device_code_id")
        return {
            "has_client_identity": bool(
                client.name and client.x_fc_date_of_birth and self._has_health_card(client)
            ),
            "has_authorizer": bool(order.x_fc_authorizer_id),
            "has_assessment_dates": bool(
                order.x_fc_assessment_start_date and order.x_fc_assessment_end_date
            ),
            "has_authorization_date": bool(order.x_fc_authorization_date),
            "has_client_refs": bool(order.x_fc_client_ref_1 and order.x_fc_client_ref_2),
            "has_reason": bool(order.x_fc_reason_for_application)
            and (
                not order.x_fc_reason_for_application.startswith("replacement")
                or bool(order.x_fc_previous_funding_date)
            ),
            "has_documents": order._fc_has("x_fc_original_application")
            and order.x_fc_has_signed_pages_11_12,
            "has_device_lines": bool(coded),
            "prices_ok": not any(coded.mapped("x_fc_over_adp_price")),
            "quantities_ok": all(
                sum(lines.mapped("product_uom_qty")) <= code.max_quantity
                for code, lines in units.items()
            ),
        }

    @api.model
    def _has_health_card(self, client):
        try:
            client._fc_validate_health_card(client.x_fc_health_card_number)
        except ValidationError:
            return False
        return True

    @api.model
    def _get_missing_rows(self, order):
        """:return: ``{field of this dialog: text}`` of what is missing"""
        messages = {
            "has_client_identity": self.env._(
                "The client's name, date of birth and a valid health card number"
            ),
            "has_authorizer": self.env._("The authorizer"),
            "has_assessment_dates": self.env._("Both assessment dates"),
            "has_authorization_date": self.env._("The authorization date"),
            "has_client_refs": self.env._("Both client references"),
            "has_reason": self.env._(
                "The reason for the application, for a replacement with the date of the previous "
                "funding"
            ),
            "has_documents": self.env._("The original application and the signed pages 11 and 12"),
            "has_device_lines": self.env._("At least one line with an ADP code"),
            "prices_ok": self.env._("A price no higher than the ADP's on each coded line"),
            "quantities_ok": self.env._("No more units of a code than the ADP allows"),
        }
        checks = self._get_checks(order)
        return {name: text for name, text in messages.items() if not checks[name]}

    @api.model
    def _get_missing(self, order):
        """:return: what is missing, a text each"""
        return list(self._get_missing_rows(order).values())

    def action_confirm(self):
        """:return: an action that closes the dialog
        :raise UserError: everything that is missing, at once"""
        self.ensure_one()
        missing = self._get_missing(self.sale_order_id)
        if missing:
            raise UserError("\n".join([self.env._("Still missing:"), *missing]))
        self.sale_order_id.action_fc_set_status("ready_submission")
        return {"type": "ir.actions.act_window_close"}
