from odoo import api, models
from odoo.tools.sql import escape_psql

from ..services import measures
from .fusion_assessment_photo import CHECKLIST

_VISIT_VALUES = (
    "client_name", "client_phone", "client_email", "street", "street2", "city", "zip",
    "default_funding_source", "income_under_threshold", "home_access_resolution", "notes",
)  # fmt: skip
_MASKED_DIGITS = 4
_SEARCH_LIMIT = 10
_KINDS = {"fusion.assessment": "adp", "fusion.accessibility.assessment": "accessibility"}
_WIDGETS = {
    "boolean": "flag",
    "selection": "choice",
    "integer": "integer",
    "char": "text",
    "text": "paragraph",
    "date": "date",
}
#: They have a place of their own on the form.
_NOT_IN_FORM = ("segment_ids", "sequence", "x_fc_funding_source", "location_tag", "location_label")


class FusionAssessmentVisit(models.Model):
    """What the tablet shows."""

    _inherit = "fusion.assessment.visit"

    def _get_state(self):
        """:return: the visit as the workspace shows it, for its reader's eyes and language"""
        self.ensure_one()
        adp, other = self._live_items()
        gone = (self.adp_assessment_ids | adp) - adp
        items = [*adp, *gone, *other, *(self.accessibility_assessment_ids - other)]
        photos = self._group_photos()
        return {
            "visit": self._get_visit_values(),
            "items": [self._get_item_values(item, photos) for item in items],
            "photos": [self._get_photo_values(photo) for photo in photos.get(None, ())],
            "blocked_types": self._get_blocked_types(adp),
            "cross_sell": self._get_cross_sell(),
            "will_create": self._get_will_create(),
            "warnings": [self.mod_reminder] if self.mod_reminder else [],
            "mod_budget": self._get_mod_budget(),
            "orders": self._get_order_values(),
            "authorizers": [
                {"id": partner.id, "name": partner.name} for partner in self._get_authorizers()
            ],
            "rev": self.rev,
        }

    def _get_visit_values(self):
        authorizer = self.authorizer_id.sudo()
        partner = self.partner_id.sudo()
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "rev": self.rev,
            **{name: self[name] or "" for name in _VISIT_VALUES},
            "partner": {"id": partner.id, "name": partner.name} if partner else None,
            "authorizer": ({"id": authorizer.id, "name": authorizer.name} if authorizer else None),
            "accessibility_need": self.accessibility_need,
            "mod_reminder": self.mod_reminder or "",
            "may_edit": self.has_access("write"),
        }

    def _get_mod_budget(self):
        """What March of Dimes has left for the client, for information only.

        :return: ``{"cap", "used", "planned", "currency"}`` in whole amounts of the currency:
            ``used`` by other orders, None while no client is chosen; ``planned`` by this visit's
            orders, 0 until they are priced. None for who only reads the visit, as an authorizer
            does: what a client was paid is not theirs to see"""
        if not self.has_access("write"):
            return None
        orders_sudo = self.sudo().sale_order_ids.filtered(
            lambda order: order.x_fc_sale_type == "march_of_dimes" and order.state != "cancel"
        )
        partner_sudo = self.partner_id.sudo()
        used = partner_sudo._fc_mod_lifetime_used(orders_sudo) if partner_sudo else None
        return {
            "cap": self.env["sale.order"]._fc_number("mod_lifetime_cap"),
            "used": used,
            "planned": sum(orders_sudo.mapped("amount_total")),
            "currency": self.company_id.sudo().currency_id.name,
        }

    def _group_photos(self):
        """:return: {item, or None for the visit's own: list of photos}"""
        groups = {}
        for photo in self.photo_ids:
            item = photo.assessment_id or photo.accessibility_id
            groups.setdefault(item or None, []).append(photo)
        return groups

    def _get_photo_values(self, photo):
        return {
            "id": photo.id,
            "slot": photo.slot or "",
            "caption": photo.caption or "",
            "client_uuid": photo.client_uuid,
            "url": f"/my/visit/photo/{photo.id}",
        }

    def _get_item_values(self, item, photos):
        values = {name: item._show_entry(name) for name in item._get_entry_fields()}
        is_device = item._name == "fusion.assessment"
        order = item.sudo().sale_order_id
        is_alone = len(order.assessment_ids) + len(order.accessibility_assessment_ids) == 1
        is_open = item.state in ("draft", "measured", "signed")
        return {
            "kind": _KINDS[item._name],
            "id": item.id,
            "client_uuid": item.client_uuid or "",
            "type": item._get_type(),
            "label": item.display_name,
            "state": item.state,
            "sequence": item.sequence,
            "location_tag": "" if is_device else item.location_tag,
            "location_label": "" if is_device else item.location_label or "",
            "funding": item._fc_sale_type(),
            "rev": item.rev,
            "values": values | (item.raw_values or {}),
            "segments": [] if is_device else [row._get_values() for row in item.segment_ids],
            "computed": item._get_computed(),
            "drawing": item._get_drawing_uri(),
            "required": sorted(measures.required(item._get_type(), item._get_measures())),
            "errors": item._measure_errors() if is_open else {},
            "warnings": item._measure_warnings() if is_open else [],
            "photos": [self._get_photo_values(photo) for photo in photos.get(item, ())],
            "signed": {
                "authorizer": is_device and bool(item.authorizer_signed_at),
                "applicant": is_device and bool(item.applicant_signed_at),
            },
            "amount": order.amount_total if is_alone and order.amount_total else None,
        }

    def _get_blocked_types(self, adp):
        """:return: {device that cannot be added: why}"""
        types = adp.mapped("equipment_type")
        reasons = {
            key: adp._adp_combination_error([*types, key])
            for key, _label in adp._fields["equipment_type"].selection
        }
        return {key: reason for key, reason in reasons.items() if reason}

    def _get_will_create(self):
        """:return: list of ``{"sale_type", "label", "count"}``, one per order of a completion"""
        labels = dict(
            self.env["sale.order"]._fields["x_fc_sale_type"]._description_selection(self.env)
        )
        return [
            {"sale_type": sale_type, "label": labels[sale_type], "count": len(items)}
            for sale_type, items in self._group_by_sale_type().items()
        ]

    def _get_order_values(self):
        """:return: list of ``{"name", "sale_type", "label", "url"}``; no prices"""
        orders = self.sudo().sale_order_ids
        labels = dict(orders._fields["x_fc_sale_type"]._description_selection(self.env))
        is_internal = not self.env.user.share
        return [
            {
                "name": order.name,
                "sale_type": order.x_fc_sale_type,
                "label": labels.get(order.x_fc_sale_type, ""),
                "url": f"/odoo/sales/{order.id}" if is_internal else f"/my/visit/{self.id}",
            }
            for order in orders
        ]

    @api.model
    def _get_schema(self):
        """:return: kinds of items with the fields, results and photos of their forms"""
        devices = self.env["fusion.assessment"]._get_schema_rows()
        lifts = self.env["fusion.accessibility.assessment"]._get_schema_rows()
        segment = self.env["fusion.accessibility.segment"]
        items = self.env["fusion.accessibility.assessment"]
        relationship = self.env["fusion.assessment"]._fields["applicant_relationship"]

        def options(field):
            return [list(pair) for pair in field._description_selection(self.env)]

        return {
            "types": {row["type"]: row for row in [*devices, *lifts]},
            "segment": [
                segment._get_field_schema(name)
                for name in ("segment_type", "length", "bend_angle", "bend_radius")
            ],
            "funding": options(items._fields["x_fc_funding_source"]),
            "places": options(items._fields["location_tag"]),
            "income": options(self._fields["income_under_threshold"]),
            "relationships": options(relationship),
            "sale_types": options(self.env["sale.order"]._fields["x_fc_sale_type"]),
            "consent": self.env["fusion.page11.consent"].sudo().search([], limit=1).text or "",
            "slots": dict(options(self.env["fusion.assessment.photo"]._fields["slot"])),
            "vpl_sizes": list(items._get_vpl_sizes()),
            "ramp_landing": items._get_ramp_landing(),
            "max_photos": self._get_max_photos(),
        }

    @api.model
    def _search_clients(self, text):
        """:param text: at least three characters of the name
        :return: list of ``{"id", "name", "city", "phone"}``, clients of visits the user may read;
            of the phone the last four digits"""
        text = (text or "").strip() if isinstance(text, str) else ""
        if len(text) < 3:
            return []
        groups = self._read_group([("partner_id", "!=", False)], ["partner_id"])
        partners = self.env["res.partner"].sudo().search(
            [
                ("id", "in", [partner.id for (partner,) in groups]),
                ("name", "ilike", escape_psql(text)),
            ],
            limit=_SEARCH_LIMIT,
        )  # fmt: skip
        return [
            {
                "id": partner.id,
                "name": partner.name,
                "city": partner.city or "",
                "phone": f"…{partner.phone[-_MASKED_DIGITS:]}" if partner.phone else "",
            }
            for partner in partners
        ]


class FusionMeasureMixin(models.AbstractModel):
    _inherit = "fusion.measure.mixin"

    def _get_entry_fields(self):
        """:return: names that the form of this kind of item asks for, in its order"""
        relevant = self._get_relevant_fields() | {
            "notes", "presenting_condition", "mobility_status", "odsp_recipient",
        }  # fmt: skip
        if self._name == "fusion.assessment" and self.equipment_type in ("powerchair", "scooter"):
            relevant |= {"home_accessible", "home_access_notes"}
        elif self._name == "fusion.assessment":
            relevant -= {"home_accessible", "home_access_notes"}
        return [
            name
            for name in self._PORTAL_FIELDS
            if name in relevant and name in self._fields and name not in _NOT_IN_FORM
        ]

    @api.model
    def _get_schema_rows(self):
        rows = []
        for item_type, label in self._fields[self._type_field]._description_selection(self.env):
            item = self.new({self._type_field: item_type})
            ranges = measures.RANGES[item_type]
            required = measures.REQUIRED[item_type]
            rows.append(
                {
                    "type": item_type,
                    "kind": _KINDS[self._name],
                    "label": label,
                    "fields": [
                        {
                            **self._get_field_schema(name),
                            "required": name in required,
                            "range": list(ranges.get(name, ())),
                            "default": item[name] or False,
                        }
                        for name in item._get_entry_fields()
                    ],
                    "results": [
                        {"name": name, "label": self._label_of(name)}
                        for name in item._get_computed()
                    ],
                    "slots": list(CHECKLIST[item_type]),
                }
            )
        return rows


class FusionSyncMixin(models.AbstractModel):
    _inherit = "fusion.sync.mixin"

    @api.model
    def _get_field_schema(self, name):
        """:return: how a form asks for this field"""
        field = self._fields[name]
        schema = {
            "name": name,
            "label": field._description_string(self.env),
            "help": field._description_help(self.env) or "",
            "widget": _WIDGETS.get(field.type, "number"),
        }
        if field.type == "float" and self._is_length(name):
            schema["widget"] = "length"
        if field.type == "selection":
            schema["options"] = [list(pair) for pair in field._description_selection(self.env)]
        return schema


class FusionAccessibilitySegment(models.Model):
    _inherit = "fusion.accessibility.segment"

    def _get_values(self):
        self.ensure_one()
        names = ("segment_type", "length", "bend_angle", "bend_radius")
        return {
            "id": self.id,
            "client_uuid": self.client_uuid or "",
            "rev": self.rev,
            "values": {name: self[name] for name in names} | (self.raw_values or {}),
        }
