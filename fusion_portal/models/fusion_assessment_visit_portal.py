from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.cursor import own_cursor

_REP = "fusion_portal.group_portal_sales_rep"
_OFFICE = "fusion_claims.group_claims_user"
_OPEN = ("measuring", "client_pending")
_LOOKED_AT = 500  # visits around those of a page


class FusionAssessmentVisit(models.Model):
    """Whom the portal shows a visit, and the pages that list them."""

    _inherit = "fusion.assessment.visit"

    # -- Who sees it ------------------------------------------------------------------------------

    @api.model
    def _is_rep(self):
        return self.env.user.has_group(_REP) or self.env.user.has_group(_OFFICE)

    @api.model
    def _find_visible(self, visit_id):
        """:return: the visit for its reader, or nothing; a refused look is noted"""
        visit = self.browse()
        if self.has_access("read"):
            visit = self.search([("id", "=", visit_id)], limit=1)
        if not visit:
            self.sudo().search([("id", "=", visit_id)], limit=1)._log_denied("visit")
        return visit

    def _log_view(self, what):
        """Note once per person, visit and occasion who looked at health information."""
        self.env["fusion.phi.access.log"]._log(self, "view", what)

    def _log_denied(self, what):
        """In a cursor of its own: the answer "there is no such page" rolls the request back."""
        self._note_denied(self, what)

    @api.model
    def _note_denied(self, record, what):
        """:param record: anything with a client, perhaps nothing"""
        if record:
            with own_cursor(self.env) as cr:
                env = self.env(cr=cr)
                env["fusion.phi.access.log"]._log(record.with_env(env), "denied", what)

    # -- Lists ------------------------------------------------------------------------------------

    @api.model
    def _get_list_filters(self):
        """:return: {key of the address: label}"""
        env = self.env
        return {
            "open": env._("Open"),
            "mine": env._("Mine"),
            "team": env._("Team"),
            "done": env._("Done"),
            "cancelled": env._("Cancelled"),
        }

    @api.model
    def _get_list_domain(self, key, search):
        domain = {
            "open": Domain("state", "in", _OPEN),
            "mine": Domain("sales_rep_id", "=", self.env.uid),
            "team": Domain("sales_rep_id", "!=", self.env.uid),
            "done": Domain("state", "=", "done"),
            "cancelled": Domain("state", "=", "cancelled"),
        }[key]
        text = (search or "").strip()
        if text:
            domain &= Domain.OR([(name, "ilike", text)] for name in ("name", "client_name", "city"))
        return domain

    @api.model
    def _count_open(self):
        return self.search_count(self._get_list_domain("open", ""))

    @api.model
    def _get_list_rows(self, domain, limit, offset=0):
        """:return: list of dicts for the list's template, today's visits first"""
        today = fields.Date.context_today(self)
        visits = self.search(domain, limit=limit, offset=offset)
        states = dict(self._fields["state"]._description_selection(self.env))
        crowded = self._find_crowded_days(visits)
        rows = []
        for visit in visits:
            day = fields.Datetime.context_timestamp(self, visit.visit_date).date()
            parts = (visit.street, visit.city, visit.zip)
            address = ", ".join(part for part in parts if part)
            rows.append(
                {
                    "visit": visit,
                    "url": f"/my/visit/{visit.id}",
                    "client": visit.client_name or self.env._("New client"),
                    "is_today": day == today,
                    "state": visit.state,
                    "state_label": states[visit.state],
                    "address": address,
                    "rep": visit.sales_rep_id.sudo().name,
                    "authorizer": visit.authorizer_id.sudo().name or "",
                    "items": visit.item_count,
                    "measured": visit.measured_count,
                    "is_crowded": (visit.client_name, day) in crowded,
                }
            )
        return sorted(rows, key=lambda row: not row["is_today"])

    def _find_crowded_days(self, visits):
        """:return: set of (client, local day) with two visits or more, of those the user may see"""
        if not visits:
            return set()
        dates = visits.mapped("visit_date")
        around = self.search_fetch(
            [
                ("client_name", "in", list({visit.client_name for visit in visits} - {False})),
                ("visit_date", ">=", min(dates) - timedelta(days=1)),
                ("visit_date", "<=", max(dates) + timedelta(days=1)),
                ("state", "!=", "cancelled"),
            ],
            ["client_name", "visit_date"],
            limit=_LOOKED_AT,
        )
        days = Counter(
            (visit.client_name, fields.Datetime.context_timestamp(self, visit.visit_date).date())
            for visit in around
        )
        return {key for key, count in days.items() if count > 1}

    # -- One visit --------------------------------------------------------------------------------

    def _add_item_online(self, kind, item_type, location_tag, location_label, same_as_previous,
                         client_uuid):  # fmt: skip
        """:return: ``{"id", "kind", "rev"}``, or ``{"error": {"code", "message"}}`` with code
        ``combination``, ``closed``, ``bad_type`` or ``custom_label``"""
        label = location_label.strip()[:200] if isinstance(location_label, str) else None
        if location_tag == "custom" and not label:
            message = self.env._("Say where it is.")
            return {"error": {"code": "custom_label", "message": message}}
        try:
            with self.env.cr.savepoint():
                item = self._add_item(
                    kind, item_type, location_tag, label, same_as_previous, client_uuid
                )
        except ValidationError as error:
            return {"error": {"code": "combination", "message": str(error)}}
        except UserError as error:
            code = "bad_type" if self.state in _OPEN else "closed"
            return {"error": {"code": code, "message": str(error)}}
        return {"id": item.id, "kind": kind, "rev": item.rev}

    @api.model
    def _save_standalone(self, visit, assessment_type, funding_source, values):
        """Make one item from a form of its own; without a visit, one is opened for it.

        :param values: measures, place and client by field name
        :return: ``{"id", "visit_id"}``, or ``{"error": {"code", "message", "fields"}}`` with code
            ``bad_type``, ``bad_funding`` or ``invalid``; nothing is made then
        """
        items = self.env["fusion.accessibility.assessment"]
        if assessment_type not in items._fields["assessment_type"].get_values(self.env):
            return self._refuse("bad_type", self.env._("There is no such kind of item."))
        if funding_source not in items._FUNDING_TO_SALE_TYPE:
            return self._refuse("bad_funding", self.env._("There is no such funding."))
        values = dict(values)
        place, label = values.pop("location_tag", "inside"), values.pop("location_label", None)
        client = {name: values.pop(name) for name in self._TYPED_FIELDS if name in values}
        values["x_fc_funding_source"] = funding_source
        faults = {}
        savepoint = self.env.cr.savepoint()
        with savepoint:
            visit = visit or self.create({})
            answer = visit._add_item_online(
                "accessibility", assessment_type, place, label, False, None
            )
            if "error" in answer:
                faults["location_label"] = answer["error"]["message"]
            else:
                item = items.browse(answer["id"]).sudo()
                allowed = visit._get_writable(item)
                _written, faults, _conflicts = item._merge(values, item.rev, (), allowed)
                visit_sudo = visit.sudo()
                faults |= visit_sudo._merge(client, visit.rev, (), visit._get_writable(visit))[1]
                item._settle_entries()
            if faults:
                savepoint.rollback()
        if faults:
            message = " ".join(faults.values())
            return self._refuse("invalid", message, faults)
        return {"id": item.id, "visit_id": visit.id}

    @api.model
    def _refuse(self, code, message, faults=None):
        return {"error": {"code": code, "message": message, "fields": faults or {}}}


class FusionAssessment(models.Model):
    _inherit = "fusion.assessment"

    def _sign_online(self, role, name, signature, relationship, consent, ip):
        """Sign on a rep's tablet or with the authorizer's own account.

        :raise UserError: see ``_sign``; the device of somebody else's visit, too
        """
        if role == "applicant" and not self.visit_id.has_access("write"):
            raise UserError(self.env._("The applicant signs on the sales rep's tablet."))
        for value in (name, signature):
            if not isinstance(value, str):
                raise UserError(self.env._("Write the name and sign in the box."))
        self._sign(role, name, signature, relationship or False, consent is True, ip)
        self.env["fusion.phi.access.log"]._log(self.visit_id, "sign", role)
        self.visit_id._raise_rev()
