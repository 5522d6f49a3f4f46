import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..services import pictures

_UUID_LENGTH = 64  # characters
_CLOCK_IS_OFF = timedelta(days=1)
#: {type of item: what to photograph, must-haves first}
CHECKLIST = {
    "stairlift_straight": ("bottom_up", "top_down", "side", "outlet", "doors"),
    "stairlift_curved": ("bottom_up", "each_bend", "top_down", "outlet"),
    "vpl": ("lower_level", "upper_level", "door", "power", "ground"),
    "ceiling_lift": ("room", "ceiling", "bed_area", "door_header", "attic"),
    "ramp": ("front", "side", "door_threshold", "walkway", "obstacles"),
    "bathroom": ("door", "toilet", "tub_or_shower", "sink", "floor"),
    "tub_cutout": ("tub_outside", "tub_inside", "drain_end", "apron"),
    "rollator": ("client_seated", "current_device", "doorway"),
    "wheelchair": ("client_seated", "current_device", "doorway"),
    "powerchair": ("client_seated", "current_device", "doorway"),
    "scooter": ("client_seated", "current_device", "doorway"),
}


class FusionAssessmentPhoto(models.Model):
    """A photo of a client's home, of one item or of the visit."""

    _name = "fusion.assessment.photo"
    _description = "Visit Photo"
    _inherit = "fusion.sync.mixin"
    _order = "id"
    _rec_name = "caption"

    _PORTAL_FIELDS = ("caption", "slot", "annotation")

    visit_id = fields.Many2one(
        "fusion.assessment.visit", "Visit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="visit_id.company_id", store=True)
    assessment_id = fields.Many2one("fusion.assessment", "ADP Device", ondelete="cascade")
    accessibility_id = fields.Many2one(
        "fusion.accessibility.assessment", "Lift or Home Modification", ondelete="cascade"
    )
    image = fields.Image(required=True, max_width=1920, max_height=1920)
    thumbnail = fields.Image(
        "Thumbnail", related="image", max_width=256, max_height=256, store=True
    )
    caption = fields.Char()
    slot = fields.Selection(
        [
            ("bottom_up", "From the bottom up"),
            ("top_down", "From the top down"),
            ("side", "Side"),
            ("outlet", "Outlet"),
            ("doors", "Doors"),
            ("each_bend", "Each bend"),
            ("lower_level", "Lower level"),
            ("upper_level", "Upper level"),
            ("door", "Door"),
            ("power", "Power"),
            ("ground", "Ground"),
            ("room", "Room"),
            ("ceiling", "Ceiling"),
            ("bed_area", "Bed area"),
            ("door_header", "Door header"),
            ("attic", "Attic"),
            ("front", "Front"),
            ("door_threshold", "Door threshold"),
            ("walkway", "Walkway"),
            ("obstacles", "Obstacles"),
            ("toilet", "Toilet"),
            ("tub_or_shower", "Tub or shower"),
            ("sink", "Sink"),
            ("floor", "Floor"),
            ("tub_outside", "Tub, outside"),
            ("tub_inside", "Tub, inside"),
            ("drain_end", "Drain end"),
            ("apron", "Apron"),
            ("client_seated", "Client seated (only with consent)"),
            ("current_device", "Current device"),
            ("doorway", "Doorway"),
        ],
        "Shows",
    )
    taken_at = fields.Datetime("Taken", required=True, default=fields.Datetime.now)
    client_uuid = fields.Char("Device Key", required=True, copy=False, readonly=True)
    annotation = fields.Json(help="Arrows, dimensions and text drawn over the untouched photo.")

    _client_uuid_uniq = models.Constraint(
        "UNIQUE(client_uuid)", "This photo has been recorded already."
    )
    _one_item = models.Constraint(
        "CHECK(assessment_id IS NULL OR accessibility_id IS NULL)",
        "A photo belongs to one item at most.",
    )

    @api.constrains("visit_id", "assessment_id", "accessibility_id")
    def _check_item_of_visit(self):
        for photo in self:
            item = photo.assessment_id or photo.accessibility_id
            if item and item.visit_id != photo.visit_id:
                raise ValidationError(self.env._("The item belongs to another visit."))

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.user.share and not self.env.su:
            raise AccessError(self.env._("Photos come in through the visit's page."))
        return super().create(vals_list)

    def write(self, vals):
        if self.env.user.share and not self.env.su:
            for name in vals:
                if name not in self._PORTAL_FIELDS:
                    raise AccessError(self.env._("The field %s cannot be changed here.", name))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_own(self):
        """A portal user takes back own photos, while the visit is open."""
        if not self.env.user.share or self.env.su:
            return
        for photo in self:
            if photo.create_uid != self.env.user:
                raise AccessError(self.env._("Somebody else took this photo."))
            if photo.visit_id.state not in ("measuring", "client_pending"):
                raise UserError(self.env._("This visit is closed. Ask the office to reopen it."))

    def action_preview(self):
        self.ensure_one()
        return self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", "image")]
        ).action_fusion_preview()  # fmt: skip


class FusionAssessmentVisit(models.Model):
    _inherit = "fusion.assessment.visit"

    photo_ids = fields.One2many("fusion.assessment.photo", "visit_id", "Photos")
    photo_count = fields.Integer("Number of Photos", compute="_compute_photo_count")

    @api.depends("photo_ids")
    def _compute_photo_count(self):
        for visit in self:
            visit.photo_count = len(visit.photo_ids)

    def _get_max_photos(self):
        text = self.env["ir.config_parameter"].sudo().get_param("fusion_portal.max_photos")
        return int(text) if (text or "").strip().isdecimal() else 0

    def _add_photo(self, raw, client_uuid, kind=None, item_id=None, slot=None, caption=None,
                   taken_at=None):  # fmt: skip
        """Keep a photo; sent again under its key, it is kept once.

        :param raw: bytes of a JPEG, PNG or WebP
        :param kind: ``adp`` or ``accessibility`` with ``item_id``, else the visit's own
        :param taken_at: UTC by the device's clock; a day off, the time of receipt counts
        :return: fusion.assessment.photo
        :raise UserError: the visit is closed, full, or has no such item
        :raise pictures.TooLarge, pictures.NoPhoto: nothing is stored then
        """
        self.ensure_one()
        self.check_access("write")
        photos_sudo = self.env["fusion.assessment.photo"].sudo()
        if not isinstance(client_uuid, str) or not 0 < len(client_uuid) <= _UUID_LENGTH:
            raise UserError(self.env._("The photo has no key."))
        known = photos_sudo.search([("client_uuid", "=", client_uuid)])
        if known:
            if known.visit_id != self:
                raise UserError(self.env._("This key is taken."))
            return known.sudo(self.env.su)
        if self.state not in ("measuring", "client_pending"):
            raise UserError(self.env._("This visit is closed. Ask the office to reopen it."))
        self._lock()  # two photos at once do not both take the last place
        limit = self._get_max_photos()
        if limit and len(self.sudo().photo_ids) >= limit:
            raise UserError(self.env._("A visit holds at most %s photos.", limit))
        item = self._find_photo_item(kind, item_id)
        is_device = item._name == "fusion.assessment"
        photo = photos_sudo.create(
            {
                "visit_id": self.id,
                "assessment_id": is_device and item.id,
                "accessibility_id": not is_device and item.id,
                "image": base64.b64encode(pictures.clean(raw)),
                "client_uuid": client_uuid,
                "slot": slot if slot in self._get_slots(item) else False,
                "caption": (caption or "")[:200],
                "taken_at": self._trust_clock(taken_at),
            }
        )
        self._raise_rev()
        return photo.sudo(self.env.su)

    def _get_item_photos(self, item):
        name = "assessment_id" if item._name == "fusion.assessment" else "accessibility_id"
        return self.photo_ids.filtered(lambda photo: photo[name] == item)

    def _find_photo_item(self, kind, item_id):
        if not kind:
            return self.env["fusion.accessibility.assessment"]
        adp, other = self.sudo()._live_items()
        item = {"adp": adp, "accessibility": other}.get(kind, adp.browse()).filtered(
            lambda one: one.id == item_id
        )
        if not item:
            raise UserError(self.env._("This item is no longer there."))
        return item

    @api.model
    def _get_slots(self, item):
        return CHECKLIST.get(item and item._get_type(), ())

    @api.model
    def _trust_clock(self, taken_at):
        now = fields.Datetime.now()
        try:
            moment = fields.Datetime.to_datetime((taken_at or "").replace("T", " ")[:19])
        except ValueError:
            moment = None
        return moment if moment and abs(moment - now) <= _CLOCK_IS_OFF else now
