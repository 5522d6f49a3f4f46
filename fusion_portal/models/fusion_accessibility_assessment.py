import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services import measures

FUNDING_SOURCES = [
    ("direct_private", "Private Pay (Direct)"),
    ("march_of_dimes", "March of Dimes"),
    ("odsp", "ODSP"),
    ("wsib", "WSIB"),
    ("hardship", "Hardship Funding"),
    ("insurance", "Private Insurance"),
    ("other", "Other"),
]
_PREFIXES = {
    "stairlift_straight": "stair_",
    "stairlift_curved": "stair_",
    "vpl": "vpl_",
    "ceiling_lift": "ceil_",
    "ramp": "ramp_",
    "bathroom": "bath_",
    "tub_cutout": "tub_",
}
_ONLY_STRAIGHT = {
    "stair_steps", "stair_riser_height", "stair_tread_depth", "stair_nosing_length",
    "stair_angle_deg", "stair_step_diagonal",
}  # fmt: skip
#: Rises of porch lifts where the parameter is missing or unreadable, in.
VPL_SIZES = (28, 48, 53, 72, 96, 120, 144, 168)
#: 1,670 mm, Ontario Building Code 3.8.3.4, in.
RAMP_LANDING_IN = 65.75


class FusionAccessibilityAssessment(models.Model):
    """A lift or a home modification measured at a client's home."""

    _name = "fusion.accessibility.assessment"
    _description = "Accessibility Assessment"
    _inherit = ["fusion.measure.mixin", "mail.thread"]
    _order = "sequence, id"
    _type_field = "assessment_type"

    _FUNDING_TO_SALE_TYPE = {key: key for key, _label in FUNDING_SOURCES}
    _MEASURES = (
        "stair_steps", "stair_riser_height", "stair_tread_depth", "stair_nosing_length",
        "stair_width", "stair_bottom_clearance", "stair_top_landing_depth", "stair_side",
        "stair_overrun_top", "stair_overrun_bottom", "stair_outlet", "stair_door_top",
        "stair_door_bottom", "stair_obstruction", "stair_use", "stair_folding_rail",
        "stair_power_swivel",
        "vpl_rise", "vpl_entry", "vpl_platform_width", "vpl_platform_length", "vpl_pit",
        "vpl_base_height", "vpl_door_width", "vpl_total_weight_lb", "vpl_location", "vpl_pad",
        "vpl_power_distance",
        "ceil_height", "ceil_track_layout", "ceil_track_length", "ceil_room_length",
        "ceil_room_width", "ceil_structure", "ceil_joist_direction", "ceil_attic_access",
        "ceil_bracket_spacing", "ceil_transfer_bed", "ceil_transfer_chair",
        "ceil_transfer_commode", "ceil_transfer_tub", "ceil_charging", "ceil_sling_type",
        "ramp_rise", "ramp_slope_ratio", "ramp_slope_reason", "ramp_width", "ramp_turns",
        "ramp_available_run", "ramp_handrails", "ramp_material", "ramp_door_swing",
        "ramp_surface",
        "bath_room_length", "bath_room_width", "bath_door_width", "bath_turning_diameter",
        "bath_toilet_height", "bath_toilet_centre", "bath_sink_clearance", "bath_wall_type",
        "bath_grab_bar_count", "bath_fixture", "bath_need_raised_toilet", "bath_need_roll_in",
        "bath_need_hand_shower", "bath_need_transfer_bench", "bath_need_door_widening",
        "tub_material", "tub_length", "tub_wall_height", "tub_rim_width", "tub_cut_width",
        "tub_threshold", "tub_jetted", "tub_door_insert", "tub_flat_apron",
    )  # fmt: skip
    _PORTAL_FIELDS = (
        *_MEASURES, "segment_ids", "x_fc_funding_source", "location_tag", "location_label",
        "user_weight_lb", "notes", "sequence",
    )  # fmt: skip
    _PLAIN_NUMBERS = ("user_weight_lb", "vpl_total_weight_lb", "ramp_slope_ratio")
    _RESULT_FIELDS = (
        "stair_angle_deg", "stair_step_diagonal", "stair_rail_length", "stair_rail_pieces",
        "stair_capacity_class", "needs_survey", "vpl_travel", "vpl_model_height",
        "vpl_bottom_ramp_length", "vpl_enclosure_review", "vpl_capacity_class",
        "ceil_total_track", "ceil_brackets", "ceil_usable_height", "ceil_engineer_review",
        "ceil_capacity_class", "ramp_run_length", "ramp_surface_length", "ramp_landings",
        "ramp_total_length", "ramp_slope_pct", "ramp_fits", "bath_area_sqft", "bath_turning_ok",
        "bath_door_ok", "tub_cut_depth", "tub_side_margin", "tub_feasible",
    )  # fmt: skip
    _STAIR_SHARED = (
        "x_fc_funding_source", "location_tag", "user_weight_lb", "stair_side", "stair_use",
        "stair_outlet", "stair_folding_rail", "stair_power_swivel", "stair_overrun_top",
        "stair_overrun_bottom",
    )  # fmt: skip
    _SHARED_FIELDS = {
        "stairlift_straight": _STAIR_SHARED,
        "stairlift_curved": _STAIR_SHARED,
        "vpl": (
            "x_fc_funding_source", "vpl_total_weight_lb", "vpl_entry", "vpl_location", "vpl_pad",
            "vpl_platform_width", "vpl_platform_length",
        ),
        "ceiling_lift": (
            "x_fc_funding_source", "user_weight_lb", "ceil_structure", "ceil_bracket_spacing",
            "ceil_charging", "ceil_sling_type",
        ),
        "ramp": (
            "x_fc_funding_source", "ramp_slope_ratio", "ramp_slope_reason", "ramp_width",
            "ramp_material", "ramp_handrails", "ramp_surface",
        ),
        "bathroom": (
            "x_fc_funding_source", "bath_wall_type", "bath_need_raised_toilet",
            "bath_need_roll_in", "bath_need_hand_shower", "bath_need_transfer_bench",
            "bath_need_door_widening",
        ),
        "tub_cutout": (
            "x_fc_funding_source", "tub_material", "tub_cut_width", "tub_threshold",
            "tub_door_insert",
        ),
    }  # fmt: skip

    visit_id = fields.Many2one("fusion.assessment.visit", "Visit", index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", "Company", required=True, default=lambda self: self.env.company
    )
    assessment_type = fields.Selection(
        [
            ("stairlift_straight", "Straight Stair Lift"),
            ("stairlift_curved", "Curved Stair Lift"),
            ("vpl", "Porch Lift"),
            ("ceiling_lift", "Ceiling Lift"),
            ("ramp", "Ramp"),
            ("bathroom", "Bathroom"),
            ("tub_cutout", "Tub Cut-out"),
        ],
        "Kind",
        required=True,
    )
    state = fields.Selection(
        [
            ("draft", "To Measure"),
            ("measured", "Measured"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        copy=False,
    )
    x_fc_funding_source = fields.Selection(
        FUNDING_SOURCES, "Funding", required=True, default="direct_private", tracking=True
    )
    location_tag = fields.Selection(
        [("front", "Front"), ("back", "Back"), ("inside", "Inside"), ("custom", "Other place")],
        "Location",
        required=True,
        default="inside",
    )
    location_label = fields.Char("Place")
    user_weight_lb = fields.Float("Weight of the User (lb)")
    segment_ids = fields.One2many("fusion.accessibility.segment", "accessibility_id", "Rail")
    notes = fields.Text()
    stair_steps = fields.Integer("Risers")
    stair_riser_height = fields.Float("Riser Height (in)", digits=(16, 3))
    stair_tread_depth = fields.Float("Tread Depth (in)", digits=(16, 3))
    stair_nosing_length = fields.Float("Length along the Noses (in)", digits=(16, 3))
    stair_width = fields.Float("Narrowest Width (in)", digits=(16, 3))
    stair_bottom_clearance = fields.Float("Clear at the Bottom (in)", digits=(16, 3))
    stair_top_landing_depth = fields.Float("Top Landing (in)", digits=(16, 3))
    stair_side = fields.Selection([("left", "Left"), ("right", "Right")], "Side of the Rail")
    stair_overrun_top = fields.Float("Overrun Top (in)", digits=(16, 3), default=8)
    stair_overrun_bottom = fields.Float("Overrun Bottom (in)", digits=(16, 3), default=14)
    stair_outlet = fields.Selection(
        [("top", "Top"), ("bottom", "Bottom"), ("none", "None")], "Outlet"
    )
    stair_door_top = fields.Boolean("Door at the Top")
    stair_door_bottom = fields.Boolean("Door at the Bottom")
    stair_obstruction = fields.Char("Obstruction")
    stair_use = fields.Selection([("indoor", "Indoor"), ("outdoor", "Outdoor")], "Use of the Stair")
    stair_folding_rail = fields.Boolean("Folding Rail")
    stair_power_swivel = fields.Boolean("Powered Swivel")
    vpl_rise = fields.Float("Rise of the Lift (in)", digits=(16, 3))
    vpl_entry = fields.Selection(
        [("straight", "Straight through"), ("ninety", "90 degrees"), ("same_side", "Same side")],
        "Entry",
    )
    vpl_platform_width = fields.Float("Platform Width (in)", digits=(16, 3), default=36)
    vpl_platform_length = fields.Float("Platform Length (in)", digits=(16, 3), default=54)
    vpl_pit = fields.Boolean("Pit")
    vpl_base_height = fields.Float("Base Height (in)", digits=(16, 3), default=3)
    vpl_door_width = fields.Float("Door of the Lift (in)", digits=(16, 3))
    vpl_total_weight_lb = fields.Float("Person and Chair (lb)", digits=(16, 3))
    vpl_location = fields.Selection(
        [("indoor", "Indoor"), ("outdoor", "Outdoor")], "Place of the Lift"
    )
    vpl_pad = fields.Selection([("existing", "Existing"), ("new", "New"), ("none", "None")], "Pad")
    vpl_power_distance = fields.Float("Distance to Power (in)", digits=(16, 3))
    ceil_height = fields.Float("Ceiling Height (in)", digits=(16, 3))
    ceil_track_layout = fields.Selection(
        [
            ("straight", "Straight"),
            ("curved", "Curved"),
            ("room_covering", "Room covering"),
            ("room_to_room", "Room to room"),
        ],
        "Track",
    )
    ceil_track_length = fields.Float("Track Length (in)", digits=(16, 3))
    ceil_room_length = fields.Float("Room Length (in)", digits=(16, 3))
    ceil_room_width = fields.Float("Room Width (in)", digits=(16, 3))
    ceil_structure = fields.Selection(
        [
            ("wood_joist", "Wood joist"),
            ("i_joist", "I-joist"),
            ("truss", "Truss"),
            ("concrete", "Concrete"),
            ("steel", "Steel"),
            ("unknown", "Unknown"),
        ],
        "Structure",
    )
    ceil_joist_direction = fields.Selection(
        [("parallel", "Parallel"), ("perpendicular", "Perpendicular"), ("unknown", "Unknown")],
        "Joists",
    )
    ceil_attic_access = fields.Boolean("Attic Access")
    ceil_bracket_spacing = fields.Float("Bracket Spacing (in)", digits=(16, 3), default=32)
    ceil_transfer_bed = fields.Boolean("Transfer: Bed")
    ceil_transfer_chair = fields.Boolean("Transfer: Chair")
    ceil_transfer_commode = fields.Boolean("Transfer: Commode")
    ceil_transfer_tub = fields.Boolean("Transfer: Tub")
    ceil_charging = fields.Selection(
        [("in_track", "In the track"), ("hand", "By hand")], "Charging"
    )
    ceil_sling_type = fields.Char("Sling")
    ramp_rise = fields.Float("Rise of the Ramp (in)", digits=(16, 3))
    ramp_slope_ratio = fields.Float("Slope 1 to", digits=(16, 3), default=12)
    ramp_slope_reason = fields.Char("Why Steeper than 1:12")
    ramp_width = fields.Float("Ramp Width (in)", digits=(16, 3), default=36)
    ramp_turns = fields.Integer("Turns")
    ramp_available_run = fields.Float("Space There Is (in)", digits=(16, 3))
    ramp_handrails = fields.Selection(
        [("both", "Both"), ("left", "Left"), ("right", "Right"), ("none", "None")],
        "Handrails",
        default="both",
    )
    ramp_material = fields.Selection(
        [
            ("aluminium", "Aluminium"),
            ("wood", "Wood"),
            ("concrete", "Concrete"),
            ("portable", "Portable"),
        ],
        "Ramp Material",
    )
    ramp_door_swing = fields.Selection([("in", "In"), ("out", "Out")], "Door Swings")
    ramp_surface = fields.Char("Surface")
    bath_room_length = fields.Float("Bathroom Length (in)", digits=(16, 3))
    bath_room_width = fields.Float("Bathroom Width (in)", digits=(16, 3))
    bath_door_width = fields.Float("Bathroom Door (in)", digits=(16, 3))
    bath_turning_diameter = fields.Float("Turning Circle (in)", digits=(16, 3))
    bath_toilet_height = fields.Float("Toilet Height (in)", digits=(16, 3))
    bath_toilet_centre = fields.Float("Toilet Centre to Wall (in)", digits=(16, 3))
    bath_sink_clearance = fields.Float("Clear beneath the Sink (in)", digits=(16, 3))
    bath_wall_type = fields.Selection(
        [
            ("drywall", "Drywall"),
            ("tile", "Tile"),
            ("plaster", "Plaster"),
            ("fibreglass", "Fibreglass"),
        ],
        "Walls",
    )
    bath_grab_bar_count = fields.Integer("Grab Bars")
    bath_fixture = fields.Selection(
        [("tub", "Tub"), ("shower", "Shower"), ("roll_in", "Roll-in shower"), ("none", "None")],
        "Fixture",
    )
    bath_need_raised_toilet = fields.Boolean("Needs a Raised Toilet")
    bath_need_roll_in = fields.Boolean("Needs a Roll-in Shower")
    bath_need_hand_shower = fields.Boolean("Needs a Hand Shower")
    bath_need_transfer_bench = fields.Boolean("Needs a Transfer Bench")
    bath_need_door_widening = fields.Boolean("Needs a Wider Door")
    tub_material = fields.Selection(
        [
            ("fibreglass", "Fibreglass"),
            ("acrylic", "Acrylic"),
            ("steel", "Steel"),
            ("cast_iron", "Cast iron"),
            ("other", "Other"),
        ],
        "Tub Material",
    )
    tub_length = fields.Float("Tub Length (in)", digits=(16, 3))
    tub_wall_height = fields.Float("Tub Wall (in)", digits=(16, 3))
    tub_rim_width = fields.Float("Tub Rim (in)", digits=(16, 3))
    tub_cut_width = fields.Float("Width of the Cut (in)", digits=(16, 3), default=24)
    tub_threshold = fields.Float("Threshold (in)", digits=(16, 3), default=4)
    tub_jetted = fields.Boolean("Jetted")
    tub_door_insert = fields.Boolean("Door Insert")
    tub_flat_apron = fields.Boolean("Flat Apron")
    stair_angle_deg = fields.Float("Angle (°)", compute="_compute_results", digits=(16, 3))
    stair_step_diagonal = fields.Float(
        "Diagonal of a Step (in)", compute="_compute_results", digits=(16, 3)
    )
    stair_rail_length = fields.Float("Rail Length (in)", compute="_compute_results", digits=(16, 3))
    stair_rail_pieces = fields.Integer("Rail Pieces", compute="_compute_results")
    stair_capacity_class = fields.Integer(
        "Class of the Stair Lift (lb)", compute="_compute_results"
    )
    needs_survey = fields.Boolean("Photo Survey Needed", compute="_compute_results")
    vpl_travel = fields.Float("Travel (in)", compute="_compute_results", digits=(16, 3))
    vpl_model_height = fields.Float("Model Height (in)", compute="_compute_results", digits=(16, 3))
    vpl_bottom_ramp_length = fields.Float(
        "Bottom Ramp (in)", compute="_compute_results", digits=(16, 3)
    )
    vpl_enclosure_review = fields.Boolean("Review Enclosure", compute="_compute_results")
    vpl_capacity_class = fields.Integer("Class of the Porch Lift (lb)", compute="_compute_results")
    ceil_total_track = fields.Float("Total Track (in)", compute="_compute_results", digits=(16, 3))
    ceil_brackets = fields.Integer("Brackets", compute="_compute_results")
    ceil_usable_height = fields.Float(
        "Usable Height (in)", compute="_compute_results", digits=(16, 3)
    )
    ceil_engineer_review = fields.Boolean("Engineer's Review", compute="_compute_results")
    ceil_capacity_class = fields.Integer(
        "Class of the Ceiling Lift (lb)", compute="_compute_results"
    )
    ramp_run_length = fields.Float("Run (in)", compute="_compute_results", digits=(16, 3))
    ramp_surface_length = fields.Float(
        "Surface Length (in)", compute="_compute_results", digits=(16, 3)
    )
    ramp_landings = fields.Integer("Landings Between", compute="_compute_results")
    ramp_total_length = fields.Float(
        "Total Length (in)", compute="_compute_results", digits=(16, 3)
    )
    ramp_slope_pct = fields.Float("Slope (%)", compute="_compute_results", digits=(16, 3))
    ramp_fits = fields.Boolean("Fits", compute="_compute_results")
    bath_area_sqft = fields.Float("Area (sq ft)", compute="_compute_results", digits=(16, 3))
    bath_turning_ok = fields.Boolean("Turning Circle Is Enough", compute="_compute_results")
    bath_door_ok = fields.Boolean("Door Is Wide Enough", compute="_compute_results")
    tub_cut_depth = fields.Float(
        "Depth of the Cut (in)", compute="_compute_results", digits=(16, 3)
    )
    tub_side_margin = fields.Float(
        "Margin on Each Side (in)", compute="_compute_results", digits=(16, 3)
    )
    tub_feasible = fields.Boolean("Can Be Cut", compute="_compute_results")

    _client_uuid_uniq = models.Constraint(
        "UNIQUE(client_uuid)", "This item has been recorded already."
    )
    _visit_state_idx = models.Index("(visit_id, state)")

    @api.depends("assessment_type", "location_tag", "location_label")
    def _compute_display_name(self):
        kinds = dict(self._fields["assessment_type"]._description_selection(self.env))
        places = dict(self._fields["location_tag"]._description_selection(self.env))
        for item in self:
            place = item.location_label or places.get(item.location_tag, "")
            item.display_name = f"{kinds.get(item.assessment_type, '')} — {place}"

    @api.depends(
        "assessment_type", "user_weight_lb", "segment_ids.segment_type", "segment_ids.length",
        "segment_ids.bend_angle", "segment_ids.bend_radius", *_MEASURES,
    )  # fmt: skip
    def _compute_results(self):
        sizes, landing = self._get_vpl_sizes(), self._get_ramp_landing()
        for item in self:
            values = {name: item[name] for name in self._MEASURES}
            results = {
                **measures.porch_lift(values, sizes),
                **measures.ceiling_lift(values),
                **measures.ramp(values, landing),
                **measures.bathroom(values),
                **measures.tub_cutout(values),
                **measures.straight_stairlift(values),
            }
            item.needs_survey = item.assessment_type == "stairlift_curved"
            if item.needs_survey:
                results |= measures.curved_stairlift(values, item._get_segments())
            for name, value in results.items():
                item[name] = value
            weight = item.user_weight_lb
            item.stair_capacity_class = measures.capacity_class("stairlift_straight", weight)
            item.ceil_capacity_class = measures.capacity_class("ceiling_lift", weight)
            item.vpl_capacity_class = measures.capacity_class("vpl", item.vpl_total_weight_lb)

    @api.model
    def _get_vpl_sizes(self):
        """:return: rises of the models on sale, in"""
        parameters = self.env["ir.config_parameter"].sudo()
        try:
            sizes = json.loads(f"[{parameters.get_param('fusion_portal.vpl_sizes') or ''}]")
            return [float(size) for size in sizes] or VPL_SIZES
        except (TypeError, ValueError):
            return VPL_SIZES

    @api.model
    def _get_ramp_landing(self):
        text = self.env["ir.config_parameter"].sudo().get_param("fusion_portal.ramp_landing_in")
        try:
            return float(text or RAMP_LANDING_IN)
        except ValueError:
            return RAMP_LANDING_IN

    def _get_segments(self):
        return self.segment_ids.read(["segment_type", "length", "bend_angle", "bend_radius"])

    def _get_relevant_fields(self):
        prefix, kind = _PREFIXES[self.assessment_type], self.assessment_type
        names = {name for name in self._fields if name.startswith(prefix)}
        if kind == "stairlift_curved":
            names = names - _ONLY_STRAIGHT | {"needs_survey"}
        if measures.WEIGHT_FIELDS.get(kind) == "user_weight_lb":
            names.add("user_weight_lb")
        return names

    def _measure_errors(self):
        errors = super()._measure_errors()
        if self.location_tag == "custom" and not (self.location_label or "").strip():
            errors["location_label"] = self.env._("Say where it is.")
        if self.assessment_type == "stairlift_curved":
            self._check_segments(errors)
        if self.assessment_type == "ceiling_lift" and not (
            self.ceil_transfer_bed
            or self.ceil_transfer_chair
            or self.ceil_transfer_commode
            or self.ceil_transfer_tub
        ):
            errors["ceil_transfer_bed"] = self.env._("Choose at least one transfer.")
        if (
            self.assessment_type == "tub_cutout"
            and self.tub_wall_height
            and self.tub_cut_depth <= 0
        ):
            errors["tub_threshold"] = self.env._("The threshold must be lower than the wall.")
        return errors

    def _check_segments(self, errors):
        texts = {
            "few": self.env._("A curved rail has at least two parts."),
            "no_turn": self.env._("A curved rail has at least one bend or landing."),
            "length": self.env._("A straight part or landing is 1 to 400 in long."),
            "angle": self.env._("A bend has 15° to 270°."),
            "radius": self.env._("A bend has a radius of 4 to 60 in."),
        }
        codes = measures.curved_errors(self._get_segments())
        for segment in self.segment_ids:
            for name, text in (segment.raw_values or {}).items():
                errors["segment_ids"] = segment._get_raw_error(name, text)
        if codes:
            errors["segment_ids"] = " ".join(text for code, text in texts.items() if code in codes)

    def _fc_sale_type(self):
        """:return: key of ``sale.order.x_fc_sale_type``
        :raise ValidationError: never silently another funder"""
        self.ensure_one()
        sale_type = self._FUNDING_TO_SALE_TYPE.get(self.x_fc_funding_source)
        if not sale_type:
            raise ValidationError(self.env._("Choose the funding of %s.", self.display_name))
        return sale_type
