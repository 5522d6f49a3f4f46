import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.fusion_claims import const as claims
from odoo.addons.fusion_claims.services import signature as signatures

from ..services import combinations, measures

_PORTAL_GROUPS = (
    f"{claims.HEALTH},fusion_portal.group_portal_sales_rep,fusion_portal.group_portal_authorizer"
)
_YES_NO = [("yes", "Yes"), ("no", "No")]
_POWER = ("powerchair", "scooter")


class FusionAssessment(models.Model):
    """An ADP device measured at a client's home."""

    _name = "fusion.assessment"
    _description = "ADP Assessment"
    _inherit = ["fusion.measure.mixin", "mail.thread"]
    _order = "sequence, id"
    _type_field = "equipment_type"

    _BODY = ("hip_width", "upper_leg_length", "lower_leg_length", "axilla_height", "elbow_height",
             "cushion_thickness")  # fmt: skip
    _MEASURES = (
        "client_weight", "client_height",
        "rollator_type", "wrist_height", "rollator_seat_height", "rollator_wheel_size",
        "rollator_brakes", "rollator_forearm",
        "wheelchair_type", *_BODY,
        "power_base_type", "power_controls", "power_tilt", "power_recline",
        "power_elevating_legs",
        "scooter_type", "max_range_km", "doorway_min_width", "scooter_transfer_independent",
        "scooter_steer_safely",
    )  # fmt: skip
    _PORTAL_FIELDS = (
        *_MEASURES, "odsp_recipient", "reason_for_application", "previous_device_date",
        "presenting_condition", "mobility_status", "home_accessible", "home_access_notes",
        "sequence",
    )  # fmt: skip
    #: What the authorizer may send from an own device.
    _CLINICAL_FIELDS = (
        *_MEASURES, "reason_for_application", "previous_device_date", "presenting_condition",
        "mobility_status", "home_accessible", "home_access_notes",
    )  # fmt: skip
    _PLAIN_NUMBERS = ("client_weight", "max_range_km")
    _RESULT_FIELDS = (
        "rollator_handle_height", "seat_width", "seat_depth", "seat_to_footplate", "back_height",
        "scooter_capacity_class",
    )  # fmt: skip

    visit_id = fields.Many2one("fusion.assessment.visit", "Visit", index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", "Company", required=True, default=lambda self: self.env.company
    )
    equipment_type = fields.Selection(
        [
            ("rollator", "Rollator"),
            ("wheelchair", "Manual Wheelchair"),
            ("powerchair", "Power Wheelchair"),
            ("scooter", "Scooter"),
        ],
        "Device",
        required=True,
    )
    state = fields.Selection(
        [
            ("draft", "To Measure"),
            ("measured", "Measured"),
            ("signed", "Signed"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        copy=False,
    )
    odsp_recipient = fields.Boolean("ODSP Recipient")
    sale_type = fields.Selection(
        [("adp", "ADP"), ("adp_odsp", "ADP + ODSP")],
        "Funding",
        compute="_compute_sale_type",
        store=True,
    )
    assessment_date = fields.Date("Assessed On", default=fields.Date.context_today)
    reason_for_application = fields.Selection(
        selection=lambda self: (
            self.env["sale.order"]
            ._fields["x_fc_reason_for_application"]
            ._description_selection(self.env)
        ),
        string="Reason for Application",
    )
    previous_device_date = fields.Date("Previous Device")
    presenting_condition = fields.Text(groups=_PORTAL_GROUPS)
    mobility_status = fields.Text(groups=_PORTAL_GROUPS)
    client_weight = fields.Float("Client's Weight (lb)")
    client_height = fields.Float("Client's Height (in)", digits=(16, 3))
    rollator_type = fields.Selection(
        [("type1", "Type 1"), ("type2", "Type 2"), ("type3", "Type 3")], "Rollator Type"
    )
    wrist_height = fields.Float("Wrist Height (in)", digits=(16, 3))
    rollator_seat_height = fields.Float("Seat Height (in)", digits=(16, 3))
    rollator_wheel_size = fields.Selection(
        [("6", "6 in"), ("8", "8 in"), ("10", "10 in")], "Wheels"
    )
    rollator_brakes = fields.Selection(
        [("loop", "Loop"), ("push_down", "Push-down"), ("reverse", "Reverse")], "Brakes"
    )
    rollator_forearm = fields.Boolean("Forearm Supports")
    wheelchair_type = fields.Selection(
        [(f"type{number}", f"Type {number}") for number in range(1, 6)], "Wheelchair Type"
    )
    hip_width = fields.Float("Hip Width (in)", digits=(16, 3))
    upper_leg_length = fields.Float("Upper Leg (in)", digits=(16, 3))
    lower_leg_length = fields.Float("Lower Leg (in)", digits=(16, 3))
    axilla_height = fields.Float("Seat to Armpit (in)", digits=(16, 3))
    elbow_height = fields.Float("Seat to Elbow (in)", digits=(16, 3))
    cushion_thickness = fields.Float("Cushion (in)", digits=(16, 3))
    power_base_type = fields.Selection(
        [("type1", "Type 1"), ("type2", "Type 2"), ("type3", "Type 3")], "Base"
    )
    power_controls = fields.Selection(
        [
            ("hand", "Hand"),
            ("chin", "Chin"),
            ("head", "Head"),
            ("sip_puff", "Sip and puff"),
            ("attendant", "Attendant"),
        ],
        "Controls",
    )
    power_tilt = fields.Boolean("Tilt")
    power_recline = fields.Boolean("Recline")
    power_elevating_legs = fields.Boolean("Elevating Legs")
    scooter_type = fields.Selection(
        [
            ("three_wheel", "Three wheels"),
            ("four_wheel", "Four wheels"),
            ("travel", "Travel"),
            ("heavy_duty", "Heavy duty"),
        ],
        "Scooter Type",
    )
    max_range_km = fields.Float("Longest Trip (km)")
    doorway_min_width = fields.Float("Narrowest Doorway (in)", digits=(16, 3))
    scooter_transfer_independent = fields.Selection(_YES_NO, "Transfers Independently")
    scooter_steer_safely = fields.Selection(_YES_NO, "Steers Safely")
    home_accessible = fields.Selection(
        _YES_NO,
        "Used Inside and Outside the Home",
        help="Can the device be used inside and outside the home independently, not lifted, not "
        "left outside or in the garage?",
    )
    home_access_notes = fields.Text("Notes on Access")
    rollator_handle_height = fields.Float("Handle Height (in)", compute="_compute_results")
    seat_width = fields.Integer("Seat Width (in)", compute="_compute_results")
    seat_depth = fields.Integer("Seat Depth (in)", compute="_compute_results")
    seat_to_footplate = fields.Float("Seat to Footplate (in)", compute="_compute_results")
    back_height = fields.Float("Back Height (in)", compute="_compute_results")
    scooter_capacity_class = fields.Integer("Capacity Class (lb)", compute="_compute_results")
    authorizer_signature = fields.Image(copy=False, readonly=True, groups=claims.HEALTH)
    authorizer_signed_name = fields.Char("Signed by Authorizer", copy=False, readonly=True)
    authorizer_signed_at = fields.Datetime("Authorizer Signed", copy=False, readonly=True)
    applicant_signature = fields.Image(copy=False, readonly=True, groups=claims.HEALTH)
    applicant_signed_name = fields.Char("Signed by Applicant", copy=False, readonly=True)
    applicant_relationship = fields.Selection(
        selection=lambda self: (
            self.env["fusion.page11.sign.request"]
            ._fields["signer_relationship"]
            ._description_selection(self.env)
        ),
        string="Agent's Relationship",
        copy=False,
        readonly=True,
    )
    applicant_signed_at = fields.Datetime("Applicant Signed", copy=False, readonly=True)

    _client_uuid_uniq = models.Constraint(
        "UNIQUE(client_uuid)", "This item has been recorded already."
    )
    _visit_state_idx = models.Index("(visit_id, state)")

    @api.depends("equipment_type")
    def _compute_display_name(self):
        labels = dict(self._fields["equipment_type"]._description_selection(self.env))
        for item in self:
            item.display_name = labels.get(item.equipment_type, "")

    @api.depends("odsp_recipient")
    def _compute_sale_type(self):
        for item in self:
            item.sale_type = "adp_odsp" if item.odsp_recipient else "adp"

    @api.depends("equipment_type", "client_weight", "wrist_height", *_BODY)
    def _compute_results(self):
        for item in self:
            seat = measures.chair({name: item[name] for name in item._BODY})
            for name, value in seat.items():
                item[name] = value if item.equipment_type in ("wheelchair", "powerchair") else 0
            item.rollator_handle_height = item.wrist_height
            item.scooter_capacity_class = measures.capacity_class("scooter", item.client_weight)

    @api.constrains("equipment_type", "state", "visit_id")
    def _check_combination(self):
        for visit in self.visit_id:
            live = visit._live_items()[0]
            message = self._adp_combination_error(live.mapped("equipment_type"))
            if message:
                raise ValidationError(message)

    @api.model
    def _adp_combination_error(self, types):
        """:param types: list of equipment types that one application asks for
        :return: why they cannot stand together, or False"""
        conflict = combinations.conflict(types)
        if not conflict:
            return False
        labels = dict(self._fields["equipment_type"]._description_selection(self.env))
        first, second = (labels[key] for key in conflict)
        if first == second:
            return self.env._("Only one %s can be funded. Remove the other one.", first)
        return self.env._(
            "Two seated devices cannot be funded together: %(first)s and %(second)s. Remove one of "
            "them; a rollator may stand beside the other.",
            first=first,
            second=second,
        )

    def _fc_sale_type(self):
        """:return: key of ``sale.order.x_fc_sale_type``"""
        self.ensure_one()
        return self.sale_type

    def _get_relevant_fields(self):
        groups = {
            "rollator": ("rollator_",),
            "wheelchair": ("wheelchair_",),
            "powerchair": ("power_",),
            "scooter": ("scooter_",),
        }
        common = {"client_weight", "client_height", "reason_for_application", "home_accessible",
                  "previous_device_date"}  # fmt: skip
        extra = {
            "rollator": {"wrist_height"},
            "scooter": {"max_range_km", "doorway_min_width"},
        }.get(self.equipment_type, {*self._BODY, "seat_width", "seat_depth", "seat_to_footplate",
                                    "back_height"})  # fmt: skip
        prefixes = groups[self.equipment_type]
        return common | extra | {name for name in self._fields if name.startswith(prefixes)}

    # -- Signatures -------------------------------------------------------------------------------

    def write(self, vals):
        signed = self.filtered(lambda item: item.authorizer_signed_at or item.applicant_signed_at)
        done = super().write(vals)
        if set(vals) & (set(self._PORTAL_FIELDS) - {"sequence"}):
            signed.filtered(
                lambda item: item.state in ("draft", "measured", "signed")
            )._void_signatures()
        return done

    def _void_signatures(self):
        """Who signed, signed other measures than there are now."""
        for item in self.sudo():
            names = [item.authorizer_signed_name, item.applicant_signed_name]
            item._message_log(
                body=self.env._(
                    "A measure changed; these signatures no longer count: %s",
                    ", ".join(name for name in names if name),
                )
            )
            item.write(
                {
                    "authorizer_signature": False,
                    "authorizer_signed_name": False,
                    "authorizer_signed_at": False,
                    "applicant_signature": False,
                    "applicant_signed_name": False,
                    "applicant_relationship": False,
                    "applicant_signed_at": False,
                    "state": "draft" if item._measure_errors() else "measured",
                }
            )

    def _sign(self, role, name, signature, relationship=False, consent=False, ip=None):
        """Keep a signature drawn on site.

        :param role: ``authorizer`` or ``applicant``
        :param signature: base64 of a PNG with visible strokes
        :param relationship: of the applicant's agent
        :return: True; also for the same signature sent again
        :raise UserError: nothing is stored then
        """
        self.ensure_one()
        self.check_access("read")
        if self.visit_id:
            self.visit_id._lock()  # two signers at once do not both find it unsigned
        if role not in ("authorizer", "applicant"):
            raise UserError(self.env._("Say who signs."))
        if self.state not in ("measured", "signed"):
            raise UserError(self.env._("Measure first: the item must be complete to be signed."))
        name = (name or "").strip()
        if len(name) < 2 or consent is not True:
            raise UserError(self.env._("Write the name and tick the consent."))
        relations = dict(self._fields["applicant_relationship"]._description_selection(self.env))
        if relationship and (role != "applicant" or relationship not in relations):
            raise UserError(self.env._("Choose how the agent is related to the applicant."))
        try:
            signatures.decode_signature(
                signature, claims.SIGNATURE_MAX_BYTES, claims.SIGNATURE_MIN_PIXELS
            )
        except ValueError:
            raise UserError(
                self.env._("The signature cannot be read. Please sign again.")
            ) from None
        drawing = signature.partition("base64,")[2] or signature
        if self.sudo()[f"{role}_signed_at"]:
            return self._check_signed_again(role, name, drawing)
        values = {
            f"{role}_signature": drawing,
            f"{role}_signed_name": name,
            f"{role}_signed_at": fields.Datetime.now(),
        }
        if role == "authorizer":
            values["state"] = "signed"
        else:
            values["applicant_relationship"] = relationship
        self.sudo().write(values)
        self.sudo()._message_log(
            body=self.env._(
                "Signed by %(name)s (%(role)s) with the account of %(user)s from %(ip)s.",
                name=name,
                role=role,
                user=self.env.user.name,
                ip=ip or "-",
            )
        )
        return True

    def _check_signed_again(self, role, name, drawing):
        """Of two signers at once one signs, and the other is told.

        :raise UserError: somebody else has signed, or the same person has drawn anew
        """
        item_sudo = self.sudo().with_context(bin_size=False)
        signed_name = item_sudo[f"{role}_signed_name"]
        kept = base64.b64decode(item_sudo[f"{role}_signature"])
        if signed_name == name and kept == base64.b64decode(drawing):
            return True
        raise UserError(
            self.env._(
                "%s has signed already. To sign anew, change a measure: that voids the signatures.",
                signed_name,
            )
        )
