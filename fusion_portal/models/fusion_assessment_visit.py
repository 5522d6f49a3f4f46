import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, format_date, formatLang
from odoo.tools.sql import escape_psql

from .fusion_accessibility_assessment import FUNDING_SOURCES

_POWER = ("powerchair", "scooter")
_HOME_ACCESS = ("ramp", "vpl")
_OPEN = ("measuring", "client_pending")
_ADDRESS = ("street", "street2", "city", "state_id", "zip", "country_id")


class FusionAssessmentVisit(models.Model):
    """One home visit: all needs measured together, one draft order per funder afterwards."""

    _name = "fusion.assessment.visit"
    _description = "Home Visit"
    _inherit = ["fusion.sync.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "visit_date desc, id desc"

    _PORTAL_FIELDS = (
        "client_name", "client_phone", "client_email", "street", "street2", "city", "state_id",
        "zip", "partner_id", "visit_date", "authorizer_id", "default_funding_source",
        "income_under_threshold", "home_access_resolution", "notes",
    )  # fmt: skip

    #: Who and where the client is, until a contact is linked.
    _TYPED_FIELDS = ("client_name", "client_phone", "client_email", *_ADDRESS)

    name = fields.Char(readonly=True, copy=False, default=lambda self: self.env._("New"))
    partner_id = fields.Many2one("res.partner", "Client", tracking=True)
    client_name = fields.Char(compute="_compute_client", store=True, readonly=False)
    client_phone = fields.Char(compute="_compute_client", store=True, readonly=False)
    client_email = fields.Char(compute="_compute_client", store=True, readonly=False)
    street = fields.Char(compute="_compute_client", store=True, readonly=False)
    street2 = fields.Char(compute="_compute_client", store=True, readonly=False)
    city = fields.Char(compute="_compute_client", store=True, readonly=False)
    state_id = fields.Many2one(
        "res.country.state", "Province", compute="_compute_client", store=True, readonly=False
    )
    zip = fields.Char("Postal Code", compute="_compute_client", store=True, readonly=False)
    country_id = fields.Many2one(
        "res.country", "Country", compute="_compute_client", store=True, readonly=False
    )
    visit_date = fields.Datetime(required=True, default=fields.Datetime.now, tracking=True)
    sales_rep_id = fields.Many2one(
        "res.users", "Sales Rep", required=True, default=lambda self: self.env.user, tracking=True
    )
    team_id = fields.Many2one(
        "crm.team", "Team", compute="_compute_team_id", store=True, readonly=False
    )
    authorizer_id = fields.Many2one(
        "res.partner", "Authorizer", domain=[("x_fc_is_authorizer", "=", True)], tracking=True
    )
    default_funding_source = fields.Selection(
        FUNDING_SOURCES, "Usual Funding", required=True, default="direct_private"
    )
    income_under_threshold = fields.Selection(
        [("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")],
        "Income Under the Limit",
        required=True,
        default="unknown",
    )
    state = fields.Selection(
        [
            ("measuring", "Measuring"),
            ("client_pending", "Client to Fill In"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="measuring",
        readonly=True,
        tracking=True,
        copy=False,
    )
    adp_assessment_ids = fields.One2many("fusion.assessment", "visit_id", "ADP Devices")
    accessibility_assessment_ids = fields.One2many(
        "fusion.accessibility.assessment", "visit_id", "Lifts and Home Modifications"
    )
    sale_order_ids = fields.One2many("sale.order", "visit_id", "Orders")
    sale_order_count = fields.Integer("Number of Orders", compute="_compute_sale_order_count")
    accessibility_need = fields.Boolean(
        "Home Not Accessible", compute="_compute_accessibility_need", store=True
    )
    home_access_resolution = fields.Text("Plan for Access")
    mod_reminder = fields.Char("March of Dimes Reminder", compute="_compute_mod_reminder")
    item_count = fields.Integer("Items", compute="_compute_counts")
    measured_count = fields.Integer("Measured Items", compute="_compute_counts")
    notes = fields.Text()
    completed_date = fields.Datetime("Completed", readonly=True, copy=False)
    completed_by_id = fields.Many2one("res.users", "Completed By", readonly=True, copy=False)
    completion_count = fields.Integer("Completions", readonly=True, copy=False)
    booking_source = fields.Selection(
        [("portal", "Portal"), ("backend", "Office"), ("public", "Public booking")],
        "Booked Through",
        required=True,
        default="backend",
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", "Company", required=True, default=lambda self: self.env.company
    )

    _rep_date_idx = models.Index("(sales_rep_id, visit_date DESC)")
    _authorizer_state_idx = models.Index("(authorizer_id, state)")

    # -- Computed ---------------------------------------------------------------------------------

    @api.depends("partner_id")
    def _compute_client(self):
        for visit in self.filtered("partner_id"):
            partner = visit.partner_id.sudo()
            visit.client_name = partner.name
            visit.client_phone = partner.phone
            visit.client_email = partner.email
            for name in _ADDRESS:
                visit[name] = partner[name]

    @api.depends("sales_rep_id")
    def _compute_team_id(self):
        teams_sudo = self.env["crm.team"].sudo()
        for visit in self:
            visit.team_id = teams_sudo.search(
                [("x_fc_portal_rep_ids", "in", visit.sales_rep_id.ids)], limit=1
            )

    @api.depends("sale_order_ids")
    def _compute_sale_order_count(self):
        for visit in self:
            visit.sale_order_count = len(visit.sale_order_ids)

    @api.depends("adp_assessment_ids.state", "adp_assessment_ids.home_accessible",
                 "adp_assessment_ids.equipment_type")  # fmt: skip
    def _compute_accessibility_need(self):
        for visit in self:
            visit.accessibility_need = any(
                item.equipment_type in _POWER and item.home_accessible == "no"
                for item in visit._live_items()[0]
            )

    @api.depends("accessibility_assessment_ids.state",
                 "accessibility_assessment_ids.x_fc_funding_source")  # fmt: skip
    @api.depends_context("lang")
    def _compute_mod_reminder(self):
        cap = formatLang(self.env, self.env["sale.order"]._fc_number("mod_lifetime_cap"), digits=0)
        for visit in self:
            funding = visit._live_items()[1].mapped("x_fc_funding_source")
            visit.mod_reminder = "march_of_dimes" in funding and self.env._(
                "March of Dimes covers up to $%s per person, lifetime, for the home; depending on "
                "income it may deny or approve in part",
                cap,
            )

    @api.depends("adp_assessment_ids.state", "accessibility_assessment_ids.state")
    def _compute_counts(self):
        for visit in self:
            states = [item.state for items in visit._live_items() for item in items]
            visit.item_count = len(states)
            visit.measured_count = len(states) - states.count("draft")

    # -- Creating and changing --------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        visits = self
        if self.env.user.share and not self.env.su:
            for vals in vals_list:
                self._check_portal_fields(vals)
            kept = {k: v for k, v in self.env.context.items() if not k.startswith("default_")}
            visits = self.with_context(kept)  # pylint: disable=context-overridden
            vals_list = [{**vals, "booking_source": "portal"} for vals in vals_list]
        sequence = self.env["ir.sequence"].sudo()
        vals_list = [
            {
                **self._prepare_client_vals(vals),
                "name": sequence.next_by_code("fusion.assessment.visit"),
            }
            for vals in vals_list
        ]
        return super(FusionAssessmentVisit, visits).create(vals_list)

    def write(self, vals):
        if self.env.user.share and not self.env.su:
            self._check_portal_fields(vals)
            if any(visit.state not in _OPEN for visit in self):
                raise UserError(self.env._("This visit is closed. Ask the office to reopen it."))
        return super().write(self._prepare_client_vals(vals))

    @api.model
    def _prepare_client_vals(self, vals):
        """A linked contact is the one source: typed values beside it would keep it from filling."""
        if not vals.get("partner_id"):
            return dict(vals)
        return {name: value for name, value in vals.items() if name not in self._TYPED_FIELDS}

    @api.model
    def _check_portal_fields(self, vals):
        """:raise AccessError: a portal user writes what only the office or the server decides"""
        for name in vals:
            if name not in self._PORTAL_FIELDS:
                raise AccessError(self.env._("The field %s cannot be changed here.", name))
        partner = vals.get("partner_id")
        if partner and not self.search_count([("partner_id", "=", partner)], limit=1):
            raise AccessError(self.env._("The field %s cannot be changed here.", "partner_id"))

    def _lock(self):
        """The visit is the gate of its items: two workers at once go one after the other.

        The one that waited sees an old snapshot, fails to serialize and is run again by Odoo.
        """
        self.env.cr.execute(
            "SELECT id FROM fusion_assessment_visit WHERE id = %s FOR UPDATE",
            [self.id],
            log_exceptions=False,  # losing here is expected, and the caller is repeated
        )
        self.invalidate_recordset(["rev", "state"])

    def _live_items(self):
        """:return: (ADP items, accessibility items) that are not cancelled"""
        adp = self.adp_assessment_ids.filtered(lambda item: item.state != "cancelled")
        other = self.accessibility_assessment_ids.filtered(lambda item: item.state != "cancelled")
        return adp, other

    def _add_item(self, kind, item_type, location_tag="inside", location_label=None,
                  same_as_previous=False, client_uuid=None):  # fmt: skip
        """Add a need that was spotted.

        :param kind: ``adp`` or ``accessibility``
        :param same_as_previous: take the options of the latest item of this type, no lengths
        :param client_uuid: the device's key; sent again, it adds nothing
        :return: the item
        :raise UserError: the visit is closed, or there is no such type
        :raise ValidationError: the devices cannot be funded together
        """
        self.ensure_one()
        self.check_access("write")
        models_by_kind = {"adp": "fusion.assessment",
                          "accessibility": "fusion.accessibility.assessment"}  # fmt: skip
        if kind not in models_by_kind:
            raise UserError(self.env._("There is no such kind of item."))
        items_sudo = self.env[models_by_kind[kind]].sudo()
        self._lock()
        if client_uuid:
            known = items_sudo.search([("client_uuid", "=", client_uuid)])
            if known and known.visit_id != self:
                raise UserError(self.env._("This key is taken."))
            if known:
                return known.sudo(self.env.su)
        if self.state not in _OPEN:
            raise UserError(self.env._("This visit is closed. Ask the office to reopen it."))
        if item_type not in dict(items_sudo._fields[items_sudo._type_field].selection):
            raise UserError(self.env._("There is no such kind of item."))
        places = self.env["fusion.accessibility.assessment"]._fields["location_tag"]
        if location_tag not in dict(places.selection):
            raise UserError(self.env._("There is no such place."))
        live = self._live_items()[kind == "accessibility"].sudo()
        values = {
            items_sudo._type_field: item_type,
            "visit_id": self.id,
            "company_id": self.company_id.id,
            "client_uuid": client_uuid,
            "sequence": 10 + max(live.mapped("sequence"), default=0),
        }
        if kind == "accessibility":
            values |= self._prepare_accessibility(
                item_type, location_tag, location_label, same_as_previous
            )
        item = items_sudo.create(values).sudo(self.env.su)
        self._raise_rev()
        return item

    def _prepare_accessibility(self, item_type, location_tag, location_label, same_as_previous):
        items = self.env["fusion.accessibility.assessment"].sudo()
        live = self._live_items()[1].sudo().sorted("id")
        same = live.filtered(lambda item: item.assessment_type == item_type)[-1:]
        values = {
            "x_fc_funding_source": live[-1:].x_fc_funding_source or self.default_funding_source
        }
        if same_as_previous and same:
            for name in items._SHARED_FIELDS[item_type]:
                values[name] = same[name]
        values["location_label"] = location_label
        if location_label or not (same_as_previous and same and "location_tag" in values):
            values["location_tag"] = location_tag
        return values

    def _get_cross_sell(self):
        """:return: list of ``{"code", "assessment_type", "funding_source", "reason"}``"""
        self.ensure_one()
        adp, other = self._live_items()
        types = set(other.mapped("assessment_type"))
        rows = []
        if self.accessibility_need and not types & set(_HOME_ACCESS):
            reason = self.env._("The device cannot be used inside and outside the home.")
            rows += [
                self._prepare_cross_sell("home_access", key, "march_of_dimes", reason)
                for key in _HOME_ACCESS
            ]
        tubs = other.filtered(lambda item: item.bath_fixture == "tub")
        if tubs.filtered(lambda item: item.assessment_type == "bathroom"):
            rows.append(
                self._prepare_cross_sell(
                    "tub_cutout", "tub_cutout", tubs[:1].x_fc_funding_source,
                    self.env._("The bathroom has a tub."),
                )
            )  # fmt: skip
        if adp.filtered(lambda item: item.equipment_type == "powerchair" and item.power_tilt):
            rows.append(
                self._prepare_cross_sell(
                    "ceiling_lift", "ceiling_lift", self.default_funding_source,
                    self.env._("Who needs tilt often needs a lift for transfers."),
                )
            )  # fmt: skip
        return [row for row in rows if row["code"] == "home_access" or row["code"] not in types]

    def _prepare_cross_sell(self, code, assessment_type, funding_source, reason):
        return {
            "code": code,
            "assessment_type": assessment_type,
            "funding_source": funding_source,
            "reason": reason,
        }

    # -- Steps ------------------------------------------------------------------------------------

    def action_measurements_done(self):
        """:raise UserError: not measuring, no item, or an item is not measured"""
        for visit in self:
            visit.check_access("write")
            if visit.state != "measuring":
                raise UserError(self.env._("%s is not being measured.", visit.name))
            gaps = visit._get_measure_gaps()
            if gaps:
                raise UserError("\n".join(gap["message"] for gap in gaps))
            visit.sudo().state = "client_pending"
        return True

    def action_reopen(self):
        """:raise AccessError: neither the office nor the visit's team leader"""
        for visit in self:
            is_leader = visit.sudo().team_id.user_id == self.env.user
            if not is_leader and not self.env.user.has_group("fusion_portal.group_field_manager"):
                raise AccessError(self.env._("Only the office or the team leader reopens a visit."))
            if visit.state not in ("done", "client_pending"):
                raise UserError(self.env._("%s is open already.", visit.name))
            for items in visit.sudo()._live_items():
                items.filtered(lambda item: item.state == "completed").state = "measured"
            visit.sudo().state = "measuring"
        return True

    def action_cancel(self, reason):
        """:param reason: why; kept in the log
        :raise UserError: no reason, or the visit is closed"""
        for visit in self:
            visit.check_access("write")
            if not (reason or "").strip():
                raise UserError(self.env._("Say why the visit is cancelled."))
            if visit.state not in _OPEN:
                raise UserError(self.env._("%s is closed.", visit.name))
            for items in visit.sudo()._live_items():
                items.write({"state": "cancelled"})
            visit.sudo().state = "cancelled"
            visit.sudo()._message_log(body=self.env._("Cancelled: %s", reason.strip()))
        return True

    def _gap(self, code, message, item=None):
        kinds = {"fusion.assessment": "adp", "fusion.accessibility.assessment": "accessibility"}
        return {
            "code": code,
            "message": message,
            "kind": bool(item) and kinds[item._name],
            "id": bool(item) and item.id,
        }

    def _get_measure_gaps(self):
        items = [item for items in self._live_items() for item in items]
        if not items:
            return [self._gap("no_items", self.env._("Add at least one item."))]
        return [
            self._gap("not_measured", self.env._("Measure: %s", item.display_name), item)
            for item in items
            if item.state == "draft"
        ]

    def _check_completable(self):
        """:return: list of ``{"code", "message", "kind", "id"}``, empty when it can be completed"""
        self.ensure_one()
        adp, other = self._live_items()
        gaps = self._get_measure_gaps()
        reachable = self.client_name and (self.client_phone or self.client_email)
        if not self.partner_id and not reachable:
            gaps.append(
                self._gap("client", self.env._("Write the client's name and a phone or e-mail."))
            )
        if self.partner_id and not self.partner_id.sudo().active:
            gaps.append(
                self._gap(
                    "client",
                    self.env._("%s was archived: the office chooses who the client is.",
                               self.client_name),
                )
            )  # fmt: skip
        if other and not (self.street and self.city):
            gaps.append(self._gap("address", self.env._("Write the address of the home.")))
        if adp and not self.authorizer_id:
            gaps.append(self._gap("authorizer", self.env._("Choose the authorizer.")))
        message = adp._adp_combination_error(adp.mapped("equipment_type"))
        if message:
            gaps.append(self._gap("combination", message))
        solved = set(other.mapped("assessment_type")) & set(_HOME_ACCESS)
        if (
            self.accessibility_need
            and not solved
            and not (self.home_access_resolution or "").strip()
        ):
            gaps.append(
                self._gap(
                    "home_access",
                    self.env._(
                        "The home is not accessible for the device. Add a ramp or a porch lift, or "
                        "write the plan for access."
                    ),
                )
            )
        return gaps

    # -- Completion -------------------------------------------------------------------------------

    def action_complete(self):
        """Turn the visit into one draft order per funder.

        :return: sale.order of the visit; a second call returns the same and does nothing
        :raise UserError: with everything that is missing; nothing changes then
        """
        self.ensure_one()
        self.check_access("write")
        self._lock()  # the second of two taps waits for the first and finds it done
        if self.state == "done":
            return self._get_orders()
        if self.state == "cancelled":
            raise UserError(self.env._("%s is cancelled.", self.name))
        gaps = self._check_completable()
        if gaps:
            raise UserError("\n".join(gap["message"] for gap in gaps))
        with self.env.cr.savepoint():
            self.sudo()._complete(self.env.user)
        return self._get_orders()

    def _get_orders(self):
        """:return: every order of the visit; a field rep may not read them, but is told of them"""
        return self.sudo().sale_order_ids.sudo(self.env.su)

    def _complete(self, user):
        self.partner_id = self._find_client()
        for sale_type, items in self._group_by_sale_type().items():
            new = [item for item in items if not item.sale_order_id]
            if not new:
                self._finish_items(items)
                continue
            order = self._build_order(sale_type, new)
            self._finish_items(items, order)
            if sale_type in ("adp", "adp_odsp"):
                self._attach_signatures(order, new)
            self._mail_completion(order, items)
        self.write(
            {
                "state": "done",
                "completed_date": fields.Datetime.now(),
                "completed_by_id": user.id,
                "completion_count": self.completion_count + 1,
            }
        )

    def _find_client(self):
        """:return: the client's contact: linked, else of this name and e-mail or phone, else new"""
        if self.partner_id:
            return self.partner_id
        contacts = self.env["res.partner"]
        email = email_normalize(self.client_email or "")
        domain = [
            ("company_id", "in", [False, self.company_id.id]),
            ("name", "=ilike", escape_psql(self.client_name.strip())),
        ]
        known = contacts
        if email:
            known = contacts.search([*domain, ("email_normalized", "=", email)], limit=1)
        if not known and self.client_phone:
            known = contacts.search([*domain, ("phone", "=", self.client_phone)], limit=1)
        return known or contacts.create(
            {
                "name": self.client_name.strip(),
                "phone": self.client_phone,
                "email": self.client_email,
                "company_id": self.company_id.id,
                **{name: self[name].id if name.endswith("_id") else self[name]
                   for name in _ADDRESS},
            }
        )  # fmt: skip

    def _group_by_sale_type(self):
        """:return: {sale type: list of live items}; all ADP devices are on one order"""
        adp, other = self._live_items()
        groups = {}
        if adp:
            is_odsp = any(item.odsp_recipient for item in adp)
            groups["adp_odsp" if is_odsp else "adp"] = list(adp)
        for item in other:
            groups.setdefault(item._fc_sale_type(), []).append(item)
        return groups

    def _build_order(self, sale_type, items):
        """:return: the visit's draft order of this funder, a new one where there is none;
        it has no lines"""
        draft = self.sale_order_ids.filtered(
            lambda order: order.x_fc_sale_type == sale_type and order.state in ("draft", "sent")
        )
        if draft:
            return draft[:1]
        rep = self.sales_rep_id
        day = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id._fc_tz().zone), self.visit_date
        ).date()
        values = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "x_fc_sale_type": sale_type,
            "visit_id": self.id,
            "x_fc_authorizer_id": self.authorizer_id.id,
            "x_fc_portal_rep_id": rep.id,
            "user_id": rep.x_fc_portal_manager_id.id if rep.share else rep.id,
        }
        if sale_type in ("adp", "adp_odsp"):
            first = items[0]
            values |= {
                "x_fc_adp_application_status": "assessment_completed",
                "x_fc_assessment_start_date": day,
                "x_fc_assessment_end_date": day,
                "x_fc_reason_for_application": first.reason_for_application,
                "x_fc_previous_funding_date": first.previous_device_date,
            }
        elif sale_type == "march_of_dimes":
            values |= {
                "x_fc_mod_status": "need_to_schedule",
                "x_fc_mod_assessment_completed_date": day,
                "x_fc_mod_income_under_threshold": self.income_under_threshold,
            }
        orders = self.env["sale.order"].with_company(self.company_id)
        return orders.with_context(skip_status_validation=True, fc_no_stage_email=True).create(
            values
        )

    def _finish_items(self, items, order=None):
        for item in items:
            values = {"partner_id": self.partner_id.id, "state": "completed"}
            if order and not item.sale_order_id:
                values["sale_order_id"] = order.id
                order._message_log(body=item._format_spec_html())
            item.write(values)

    def _attach_signatures(self, order, items):
        """What both signed on site is the signed page of the application."""
        signed = [item for item in items if item.authorizer_signed_at and item.applicant_signed_at]
        if not signed or len(signed) < len(items):
            return
        item = signed[0]
        picture = base64.b64decode(item.applicant_signature)
        consent = self.env["fusion.page11.consent"]._get_current()
        page = self.env["fusion.page11.sign.request"].create(
            {
                "sale_order_id": order.id,
                "channel": "on_site",
                "signer_name": item.applicant_signed_name,
                "signer_type": "agent" if item.applicant_relationship else "applicant",
                "signer_relationship": item.applicant_relationship,
                "signed_name": item.applicant_signed_name,
                "signed_date": item.applicant_signed_at,
                "signature": item.applicant_signature,
                "consent_version": consent.version,
            }
        )
        token = page._issue_token()
        pdf = page._build_signed_pdf(consent, picture)
        page.write(
            {
                "state": "signed",
                "signed_pdf": base64.b64encode(pdf),
                "signed_pdf_filename": f"page11-{order.name}.pdf".replace("/", "-"),
                "signed_pdf_sha256": hashlib.sha256(pdf).hexdigest(),
            }
        )
        self._mail_receipt(order, page, token)

    def _mail_receipt(self, order, page, token):
        """Tell the client what was signed, with the page itself behind its link."""

        def body(case):
            env = case.env
            signed = format_date(env, page.signed_date.date())
            facts = [
                (env._("Case"), case.name),
                (env._("Signed by"), page.signed_name),
                (env._("Signed on"), signed),
                (env._("What was signed"), env._("The consent on page 11 of the application")),
            ]
            return case.sudo()._email_build(
                title=env._("Your signature"),
                summary=env._("This was signed at your home. The link opens your copy."),
                sections=[(False, facts)],
                email_type="info",
                button_url=f"/page11/sign/{token}/pdf",
                button_text=env._("Open the signed page"),
                sender_name=case.company_id.name,
            )

        order._fc_queue_email(
            "signature",
            order._fc_get_recipients(("client",)),
            lambda case: case.env._("%s: your signature", case.name),
            body,
            f"signature:{page.id}",
        )

    def _mail_completion(self, order, items):
        if not order._fc_email_enabled():
            order._message_log(
                body=self.env._("E-mails are switched off: nobody was told of the visit.")
            )
            return
        key = f"completion:{self.id}"
        if self.completion_count:
            key = f"{key}:{self.completion_count}"
        recipients = [
            pair for pair in order._fc_get_recipients(("client", "authorizer", "office")) if pair[1]
        ]
        recipients.append(("sales_rep", self.sales_rep_id.partner_id))

        def subject(case):
            return case.env._("%s: the assessment is complete", case.name)

        order._fc_queue_email(
            "completion", recipients, subject,
            lambda case: self._build_completion_email(case, items), key,
        )  # fmt: skip

    def _build_completion_email(self, order, items):
        """Neither measures nor health information."""
        env = order.env
        order = order.sudo()
        visit = self.with_env(order.env)
        rep = visit.sales_rep_id.partner_id
        contact = ", ".join(part for part in (rep.name, rep.phone, rep.email) if part)
        facts = [
            (env._("Case"), order.name),
            (env._("Funding"), order._fc_get_funding_label()),
            *((env._("Item"), item.with_env(order.env).display_name) for item in items),
            (env._("Next step"), env._("The office prepares the quote and the application.")),
            (env._("Your contact"), contact),
        ]
        summary = env._("Thank you for the visit. This is what was measured.")
        if order.x_fc_sale_type == "march_of_dimes":
            summary = f"{summary} {visit.mod_reminder}."
        return order._email_build(
            title=env._("The assessment is complete"),
            summary=summary,
            sections=[(False, facts)],
            email_type="info",
            sender_name=order.company_id.name,
        )

    def action_open_orders(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders"),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("visit_id", "=", self.id)],
        }
