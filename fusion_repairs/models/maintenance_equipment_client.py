import secrets

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from odoo.addons.fusion_base.tools.signing import hash_token

from .. import const
from ..services.qr import make_qr


class MaintenanceEquipmentClient(models.Model):
    """A unit as its owner sees it, with or without a login."""

    _inherit = "maintenance.equipment"

    x_fc_old_qr_hashes = fields.Json(
        "Hashes of Lost Labels", copy=False, readonly=True, groups=fields.NO_ACCESS
    )

    # -- Label ------------------------------------------------------------------------------------

    @api.model
    def _fc_find_by_qr(self, code):
        """:return: the unit of that label, empty when there is none"""
        code = str(code or "").replace("\0", "")
        return self.search([("x_fc_qr_code", "=", code)], limit=1) if code else self.browse()

    @api.model
    def _fc_is_old_qr(self, code):
        """:return: whether a label of that code was replaced"""
        lost = SQL(
            "SELECT 1 FROM maintenance_equipment WHERE x_fc_old_qr_hashes @> to_jsonb(%s::text)",
            hash_token(str(code or "")),
        )
        return bool(self.env.execute_query(lost))

    def action_renew_qr(self):
        """A lost label stops working; the unit gets a new one.

        :return: True
        """
        self.check_access("write")
        for unit in self.sudo():
            old = [*(unit.x_fc_old_qr_hashes or []), hash_token(unit.x_fc_qr_code or "")]
            unit.write({"x_fc_old_qr_hashes": old, "x_fc_qr_code": secrets.token_urlsafe(16)})
        return True

    def _fc_get_qr_url(self):
        return f"{self.get_base_url()}/repairs/u/{self.x_fc_qr_code}"

    def _fc_get_qr_image(self):
        """:return: the code as a data address"""
        return f"data:image/png;base64,{make_qr(self._fc_get_qr_url()).decode()}"

    def _fc_get_label_page(self):
        """:return: what anyone who stands before the unit may know"""
        return {
            "unit": self.x_fc_product_id.name or self.x_fc_repair_category_id.name or self.name,
            "code": self.x_fc_qr_code,
            "do_not_use": self.x_fc_do_not_use,
            "has_charts": self.env["fusion.repair.flowchart"]._find_published(
                self.x_fc_repair_category_id, client_safe=True
            ),
            "is_maintained": self._fc_get_live_contract().state == "active",
        }

    def _fc_mail_booking_link(self):
        """Mail the link to the address on file; the reader of the label learns nothing of it.

        :return: whether a message was queued
        """
        self.ensure_one()
        contract = self._fc_get_live_contract()
        is_open = contract.state == "active" and not contract.open_visit_id
        key = f"fusion_repairs.label:{self.id}"
        limit, window_s = const.LABEL_MAILS
        if not is_open or not contract.partner_id.email:
            return False
        if self.env["fusion.tasks.rate"].sudo()._hit(key, limit, window_s):
            return False
        contract._mail_booking_link()
        return True

    # -- Portal -----------------------------------------------------------------------------------

    def _fc_get_live_contract(self):
        """:return: the contract that maintains this unit; an active one first"""
        live = self.x_fc_contract_ids.filtered(lambda one: one.state in const.LIVE)
        return live.sorted(lambda one: (one.state != "active", one.id))[:1]

    def _fc_get_portal_card(self):
        """:return: what the list of the own units shows of this one"""
        self.ensure_one()
        contract = self._fc_get_live_contract()
        visit = contract.open_visit_id
        return {
            "id": self.id,
            "name": self._fc_get_public_name(),
            "place": self.x_fc_location_note,
            "do_not_use": self.x_fc_do_not_use,
            "due": contract.next_due_date if contract.state == "active" else False,
            "visit_date": visit.visit_date,
            "is_bookable": contract.state == "active" and not visit,
        }

    def _fc_get_portal_page(self):
        """:return: everything the owner sees of this unit, in the language of the context"""
        self.ensure_one()
        contract, today = self._fc_get_live_contract(), self.env.company._fc_today()
        repairs = self.env["repair.order"]
        warranties = self.env["fusion.repair.labor.warranty"].sudo().search(
            [("equipment_id", "=", self.id), ("date_end", ">=", today)]
        )  # fmt: skip
        plan = contract and contract._find_plan(today)
        covered = contract.filtered("x_fc_maintenance_fee") if plan else contract.browse()
        return {
            "card": self._fc_get_portal_card(),
            "unit": self,
            "contract": contract,
            "fee": contract and contract._get_due_fee_text(covered),
            "warranties": warranties,
            "plan": plan or self.env["fusion.repair.service.plan.subscription"],
            "manuals": self.x_fc_product_id.x_fc_manual_attachment_ids,
            "twin": repairs.sudo()._fc_find_open_twin(self),
            "history": self._fc_get_history(),
            "shares": self.env["fusion.repair.equipment.share"].sudo().search(
                [("equipment_id", "=", self.id)]
            ),
        }  # fmt: skip

    def _fc_get_shared_page(self):
        """:return: what a caregiver may know: no address, no name, no price of a repair"""
        card = self._fc_get_portal_card()
        days = ("due", "visit_date")
        return {
            **card,
            **{name: card[name] and format_date(self.env, card[name]) for name in days},
            "history": [
                {**entry, "day": format_date(self.env, entry["date"])}
                for entry in self._fc_get_history()
            ],
        }

    def _fc_get_history(self):
        """:return: list of ``{"date", "text", "state", "url"}``, newest first; ``url`` may be
        empty"""
        history = []
        visit_states = _labels(self.x_fc_visit_ids, "state")
        for visit in self.x_fc_visit_ids.filtered("visit_date"):
            text = self.env._("Maintenance visit")
            history.append((visit.visit_date, text, visit_states[visit.state], ""))
        job_states = _labels(self.x_fc_repair_ids, "x_fc_service_state")
        for job in self.x_fc_repair_ids.filtered(lambda one: not one.x_fc_maintenance_visit_id):
            text = job.x_fc_symptom_id.name or (job.x_fc_problem or "").split("\n")[0][:120]
            text = self.env._("Repair: %(problem)s", problem=text or job.name)
            url = f"/my/repairs/{job.id}"
            day = fields.Date.context_today(self, job.create_date)
            history.append((day, text, job_states[job.x_fc_service_state], url))
        recall_states = _labels(self.x_fc_recall_line_ids, "state")
        for line in self.x_fc_recall_line_ids.filtered("notified_on"):
            text = self.env._("Recall: %(hazard)s", hazard=line.recall_id.hazard)
            history.append((line.notified_on, text, recall_states[line.state], ""))
        states = _labels(self.x_fc_certificate_ids, "state")
        for one in self.x_fc_certificate_ids:
            text = self.env._("Inspection certificate %(number)s", number=one.name)
            url = f"/my/certificates/{one.id}/pdf"
            history.append((one.inspection_date, text, states[one.state], url))
        keys = ("date", "text", "state", "url")
        ordered = sorted(history, key=lambda entry: entry[0], reverse=True)
        return [dict(zip(keys, entry, strict=True)) for entry in ordered]


def _labels(records, name):
    return dict(records._fields[name]._description_selection(records.env))
