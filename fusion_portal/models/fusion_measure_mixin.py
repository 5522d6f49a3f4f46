from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import LazyTranslate
from odoo.tools.misc import formatLang

from ..services import lengths, measures

_lt = LazyTranslate(__name__)

#: {code of services.measures.warnings: what to do about it}
WARNINGS = {
    "riser": _lt("Risers are usually 5 to 8.5 in high: measure again."),
    "tread": _lt("The treads are shallow (under 8 in)."),
    "angle": _lt("The angle lies outside of 25° to 50°: check riser and tread."),
    "nosing": _lt("The length along the noses and the steps differ by over 5 %: measure again."),
    "survey": _lt("A curved rail needs the manufacturer's photo survey before it is ordered."),
    "not_feasible_width": _lt("Under 28 in wide: most models do not fit."),
    "tight_width": _lt("Under 30 in wide: tight."),
    "bottom": _lt("Under 24 in clear at the bottom: plan a folding rail."),
    "top": _lt("The top landing is under 28 in deep."),
    "outlet": _lt("No outlet nearby: an electrician is needed."),
    "door": _lt("A door at the bottom needs a folding rail."),
    "enclosure": _lt("Over 60 in of rise: review enclosure and guards."),
    "platform_width": _lt("The platform is under 36 in wide."),
    "platform_length": _lt("The platform is short for this entry."),
    "door_width": _lt("A doorway is under 32 in wide."),
    "pad": _lt("Outdoors, and there is no pad yet."),
    "engineer": _lt("An engineer must look at the structure."),
    "usable_height": _lt("Under 78 in of usable height."),
    "rise": _lt("Over 30 in of rise: consider a porch lift."),
    "slope": _lt("Steeper than 1:12."),
    "slope_mod": _lt("March of Dimes may refuse a ramp steeper than 1:12."),
    "width_code": _lt("Under 900 mm (35.5 in) between handrails."),
    "width_any": _lt("Under 860 mm (33.875 in): below code for any dwelling."),
    "fits": _lt("The ramp is longer than the space there is."),
    "handrails": _lt("Handrails are not on both sides."),
    "door_swing": _lt("The door swings out over the landing."),
    "turning": _lt("The turning circle is under 60 in."),
    "toilet_height": _lt("The toilet is under 17 in high."),
    "toilet_centre": _lt("The toilet's centre line is usually 16 to 19 in from the wall."),
    "sink": _lt("Under 27 in clear beneath the sink."),
    "blade": _lt("Cast iron and steel need a special blade."),
    "not_feasible": _lt("The tub cannot be cut out as measured."),
    "criteria": _lt("ADP criteria not met: transfer and steering must be independent."),
}


class FusionMeasureMixin(models.AbstractModel):
    """An item of a visit: measured on site, checked before it counts, routed to one order."""

    _name = "fusion.measure.mixin"
    _description = "Measured Item"
    _inherit = "fusion.sync.mixin"

    #: Field that says what the item is.
    _type_field = ""
    #: Results of the arithmetic, as the note of the order lists them.
    _RESULT_FIELDS = ()

    client_name = fields.Char()
    sequence = fields.Integer(default=10)
    client_uuid = fields.Char("Device Key", copy=False, readonly=True)
    partner_id = fields.Many2one("res.partner", "Client", copy=False)
    sale_order_id = fields.Many2one(
        "sale.order", "Order", copy=False, readonly=True, index=True, ondelete="set null"
    )

    # -- What a portal user may write -------------------------------------------------------------

    @api.model
    def _check_portal_fields(self, vals):
        """:raise AccessError: a portal user writes what only the office or the server decides"""
        if self.env.su or not self.env.user.share:
            return
        for name in vals:
            if name not in self._PORTAL_FIELDS:
                raise AccessError(self.env._("The field %s cannot be changed here.", name))

    @api.model
    def _without_defaults(self):
        """:return: the model; a portal user's context decides no field"""
        if self.env.su or not self.env.user.share:
            return self
        context = {
            key: value for key, value in self.env.context.items() if not key.startswith("default_")
        }
        return self.with_context(context)  # pylint: disable=context-overridden

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_portal_fields(vals)
        return super(FusionMeasureMixin, self._without_defaults()).create(vals_list)

    def write(self, vals):
        self._check_portal_fields(vals)
        self._check_open(vals)
        self._check_kind(vals)
        done = super().write(vals)
        self._settle_measured(vals)
        return done

    def _check_open(self, vals):
        if self.env.su or not self.env.user.share:
            return
        for item in self:
            if item.state in ("completed", "cancelled"):
                raise UserError(self.env._("%s is closed. Ask the office.", item.display_name))

    def _check_kind(self, vals):
        """Its measurements are of this kind.

        :raise UserError: an item that is no draft becomes another kind"""
        kind = vals.get(self._type_field)
        for item in self:
            if kind and item.state != "draft" and item[self._type_field] != kind:
                raise UserError(
                    self.env._(
                        "%s is measured: cancel it and add another item instead.",
                        item.display_name,
                    )
                )

    def _settle_measured(self, vals):
        """An edit keeps an item measured only while there is nothing wrong with it."""
        if "state" in vals or not set(vals) & set(self._PORTAL_FIELDS):
            return
        for item in self.filtered(lambda item: item.state == "measured"):
            if item._measure_errors():
                item.sudo().state = "draft"

    def _settle_entries(self):
        """What a device sent may complete an item, or undo it: its state follows.

        Nobody has to press a button in the client's kitchen.
        """
        for item in self.sudo():
            if item.state not in ("draft", "measured"):
                continue
            state = "draft" if item._measure_errors() else "measured"
            if item.state != state:
                item.state = state

    def _get_computed(self):
        """:return: {field: number or truth} of the results that this kind of item has"""
        self.ensure_one()
        relevant = self._get_relevant_fields()
        return {name: self[name] for name in self._RESULT_FIELDS if name in relevant}

    # -- Lengths ----------------------------------------------------------------------------------

    @api.model
    def _parse_length(self, text):
        """:param text: as on a tape measure: ``12 3/8``, ``1' 2"``, ``310 mm``
        :return: inches, three decimals; 0.0 for nothing
        :raise ValidationError: negative, or no length"""
        try:
            return lengths.parse(text)
        except ValueError:
            raise ValidationError(
                self.env._("“%s” is no length. Write for example 12 3/8, 1' 2\" or 310 mm.", text)
            ) from None

    # -- Measures ---------------------------------------------------------------------------------

    def _get_type(self):
        return self[self._type_field]

    def _get_measures(self):
        """:return: {field: value} of everything the arithmetic knows"""
        self.ensure_one()
        return {name: self[name] for name in self._PORTAL_FIELDS if name in self._fields}

    def _label_of(self, name):
        return self._fields[name]._description_string(self.env)

    def _measure_errors(self):
        """:return: {field: message} of what keeps the item from being measured"""
        self.ensure_one()
        item_type, values = self._get_type(), self._get_measures()
        errors = {}
        for name, (low, high) in measures.out_of_range(item_type, values).items():
            errors[name] = self.env._(
                "%(field)s must lie between %(low)s and %(high)s.",
                field=self._label_of(name),
                low=formatLang(self.env, low, digits=0),
                high=formatLang(self.env, high, digits=0),
            )
        for name in measures.required(item_type, values):
            if not values.get(name):
                errors[name] = self.env._("%s is required.", self._label_of(name))
        weight = measures.WEIGHT_FIELDS.get(item_type)
        if weight and weight not in errors:
            if not measures.capacity_class(item_type, values[weight]):
                errors[weight] = self.env._("No model carries this weight.")
        for name, text in (self.raw_values or {}).items():
            errors[name] = self._get_raw_error(name, text)
        return errors

    def _measure_warnings(self):
        """:return: list of texts; they never block"""
        self.ensure_one()
        values = self._get_measures() | {name: self[name] for name in self._RESULT_FIELDS}
        codes = measures.warnings(self._get_type(), values)
        return [self.env._(WARNINGS[code]) for code in codes]

    def action_measured(self):
        """:raise UserError: with everything that is missing or wrong, at once"""
        self.check_access("write")
        for item in self:
            if item.state not in ("draft", "measured"):
                raise UserError(self.env._("%s is closed.", item.display_name))
            errors = item._measure_errors()
            if errors:
                raise UserError("\n".join([f"{item.display_name}:", *errors.values()]))
        self.filtered(lambda item: item.state == "draft").sudo().write({"state": "measured"})
        return True

    def action_complete(self):
        """Complete an item that has no visit: a visit of its own runs the usual path.

        :return: sale.order
        """
        self.ensure_one()
        if not self.visit_id:
            self.visit_id = self.env["fusion.assessment.visit"].create(
                {
                    "partner_id": self.partner_id.id,
                    "client_name": self.client_name,
                    "company_id": self.company_id.id,
                    "booking_source": "backend",
                }
            )
        return self.visit_id.action_complete()

    # -- The order's note -------------------------------------------------------------------------

    def _get_spec_rows(self):
        """:return: list of (label, text) of measures and results; neither health nor signatures"""
        rows = []
        skipped = {
            "notes", "sequence", "presenting_condition", "mobility_status", "segment_ids",
            "home_access_notes", "location_tag", "location_label",
        }  # fmt: skip
        names = [name for name in self._PORTAL_FIELDS if name not in skipped]
        for name in [*names, *self._RESULT_FIELDS]:
            field, value = self._fields[name], self[name]
            if name not in self._get_relevant_fields() or not value:
                continue
            if field.type == "selection":
                text = dict(field._description_selection(self.env))[value]
            elif field.type == "boolean":
                text = self.env._("Yes")
            elif field.type == "float":
                text = formatLang(self.env, value, digits=3).rstrip("0").rstrip(".,")
            else:
                text = str(value)
            rows.append((self._label_of(name), text))
        return rows

    def _format_spec_html(self):
        """:return: Markup, a table of what was measured and what follows from it"""
        self.ensure_one()
        rows = Markup().join(
            Markup("<tr><th>%s</th><td>%s</td></tr>") % row for row in self._get_spec_rows()
        )
        hints = Markup().join(Markup("<li>%s</li>") % text for text in self._measure_warnings())
        return Markup("<p><b>%s</b></p><table>%s</table><ul>%s</ul>") % (
            self.display_name, rows, hints,
        )  # fmt: skip
