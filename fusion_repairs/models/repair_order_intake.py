import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import email_normalize

from .. import const
from ..services.upload import UploadError, clean_upload
from .maintenance_equipment import make_serial_key


class RepairOrderIntake(models.Model):
    """From a reported problem to a job: the one way in, for office, portal and public form."""

    _inherit = "repair.order"

    @api.model
    def _fc_create_from_intake(self, vals):
        """:param vals: ``partner_id`` or ``partner`` (dict of a contact), ``equipment_id`` or
            ``category_id`` with ``product_id`` or ``serial``, ``problem``, ``answers`` (list of
            ``(question id, value)``), ``symptom_id``, ``source``, ``attachments`` (ids, or
            ``(name, bytes)``), ``site_id``, ``phone``
        :return: the job, new; unsafe answers make it urgent but never block it
        :raise UserError: without a client, a problem or a required answer, or for a file that is
            neither a picture nor a PDF; nothing is written
        """
        answers = self._fc_read_answers(vals)
        if not (vals.get("problem") or "").strip() and not vals.get("symptom_id"):
            raise UserError(self.env._("Say what is wrong with the unit."))
        files = self._fc_read_files(vals.get("attachments") or [])
        partner = self._fc_find_intake_partner(vals)
        unit = self._fc_find_intake_unit(vals, partner)
        repair = self.create(self._fc_prepare_intake_values(vals, partner, unit, answers))
        repair._fc_keep_files(files)
        repair._fc_warn_of_twins(bool(vals.get("partner_id")))
        if repair.x_fc_safety_flag:
            repair._fc_triage()
        repair._fc_watch_repeats()
        return repair

    @api.model
    def _fc_read_answers(self, vals):
        """:return: values of the answers"""
        given = {int(question): value for question, value in vals.get("answers") or []}
        questions = self.env["fusion.repair.intake.question"].browse(given).exists()
        answers = []
        for question in questions:
            text = question._clean(given[question.id])
            if not text and question.required and question.kind != "photo":
                raise UserError(
                    self.env._("Please answer “%(question)s”.", question=question.label)
                )
            is_unsafe = question._is_unsafe(text)
            answers.append(
                {"question_id": question.id, "label": question.label, "value": text,
                 "is_unsafe": is_unsafe}
            )  # fmt: skip
        return answers

    @api.model
    def _fc_read_files(self, files):
        """:return: list of attachment ids and values of new attachments"""
        if len(files) > const.INTAKE_FILES:
            raise UserError(self.env._("Send at most %(count)s files.", count=const.INTAKE_FILES))
        found = []
        for one in files:
            if isinstance(one, int):
                found.append(one)
                continue
            name, raw = one
            try:
                content, mimetype = clean_upload(raw, const.INTAKE_FILE_BYTES)
            except UploadError as error:
                raise UserError(
                    self.env._("“%(name)s” is not a picture or PDF of at most 10 MB.", name=name)
                ) from error
            found.append({"name": name, "raw": content, "mimetype": mimetype})
        return found

    @api.model
    def _fc_find_intake_partner(self, vals):
        partners = self.env["res.partner"]
        if vals.get("partner_id"):
            partner = partners.browse(vals["partner_id"]).exists()
            if partner:
                return partner
        contact = {key: value for key, value in (vals.get("partner") or {}).items()
                   if key in const.INTAKE_CONTACT and value}  # fmt: skip
        if not contact.get("name"):
            raise UserError(self.env._("Who reports this? Choose or enter a client."))
        # The office that takes the call need not hold the right to edit contacts.
        return partners.sudo().create(contact).with_env(self.env)

    @api.model
    def _fc_find_intake_unit(self, vals, partner):
        """:return: the unit, found by its number among this client's own, else made"""
        units = self.env["maintenance.equipment"].sudo()
        if vals.get("equipment_id"):
            return units.browse(vals["equipment_id"]).exists()
        key = make_serial_key(vals.get("serial"))
        if not key and not vals.get("product_id"):
            return units
        owner = Domain("x_fc_client_id", "child_of", partner.commercial_partner_id.ids)
        ours = owner & Domain("company_id", "=", self.env.company.id)
        known = key and units.search(ours & Domain("x_fc_serial_key", "=", key), limit=1)
        if known:
            return known
        product = self.env["product.product"].browse(vals.get("product_id") or [])
        category = self.env["fusion.repair.product.category"].browse(vals.get("category_id") or [])
        category = category or product.x_fc_repair_category_id
        return units.create(
            {
                "name": product.name or category.name or vals["serial"],
                "company_id": self.env.company.id,
                "category_id": category.sudo().maintenance_category_id.id,
                "x_fc_is_client_unit": True,
                "x_fc_client_id": partner.id,
                "x_fc_site_id": vals.get("site_id"),
                "x_fc_product_id": product.id,
                "x_fc_repair_category_id": category.id,
                "x_fc_serial": vals.get("serial"),
            }
        )

    @api.model
    def _fc_prepare_intake_values(self, vals, partner, unit, answers):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        kind = warehouse._fc_find_field_repairs()
        site = vals.get("site_id") or unit.sudo()._fc_get_site().id
        product, lot = unit.x_fc_product_id, unit.x_fc_lot_id
        is_known = product.type == "consu" and (product.tracking == "none" or lot)
        values = {
            "partner_id": partner.id,
            "company_id": self.env.company.id,
            "product_id": product.id if is_known else False,
            "x_fc_repair_type": "repair",
            "x_fc_intake_source": vals.get("source") or "phone",
            "x_fc_equipment_id": unit.id,
            "x_fc_category_id": unit.x_fc_repair_category_id.id or vals.get("category_id"),
            "x_fc_symptom_id": vals.get("symptom_id"),
            "x_fc_problem": (vals.get("problem") or "").strip()[: const.MAX_PROBLEM],
            "x_fc_site_id": site or partner.address_get(["delivery"])["delivery"],
            "x_fc_contact_phone": (vals.get("phone") or partner.phone or "")[: const.MAX_PHONE],
            "x_fc_intake_answer_ids": [Command.create(answer) for answer in answers],
            "x_fc_safety_flag": any(answer["is_unsafe"] for answer in answers),
        }
        return {**values, "picking_type_id": kind.id} if kind else values

    def _fc_keep_files(self, files):
        for one in files:
            if isinstance(one, int):
                attachment = self.env["ir.attachment"].browse(one)
                attachment.write({"res_model": self._name, "res_id": self.id})
            else:
                values = {**one, "res_model": self._name, "res_id": self.id}
                self.env["ir.attachment"].create(values)

    def _fc_warn_of_twins(self, is_known):
        """Contacts are never merged by themselves: a person sees the likely double."""
        twins = self.browse() if is_known else self._fc_find_twins()
        if twins:
            self.message_post(
                body=self.env._(
                    "Perhaps a client we know: %(names)s.", names=", ".join(twins.mapped("name"))
                )
            )

    def _fc_find_twins(self):
        partner = self.partner_id
        found = self._fc_look_up(partner.email) | self._fc_look_up(partner.phone)
        return found - partner

    # -- Triage -----------------------------------------------------------------------------------

    def _fc_triage(self):
        """Nobody uses the unit before it was seen; the dispatcher and the client know at once."""
        self.ensure_one()
        self.write({"priority": "1", "x_fc_safety_flag": True, "x_fc_do_not_use": True})
        self.activity_schedule(
            "fusion_repairs.mail_activity_schedule",
            date_deadline=self.company_id._fc_today(),
            summary=self.env._("Unsafe unit: plan %(repair)s today", repair=self.name),
            user_id=self._fc_get_coordinator().id,
        )
        self._mail_client("email_template_safety_advice")

    def _fc_get_coordinator(self):
        return self.company_id.sudo().x_fc_service_user_id or self.user_id or self.env.user

    def _fc_get_advice(self):
        """:return: list of texts, the emergency text first"""
        advice = self.env._(
            "Please do not use the unit until we have seen it. If someone is stuck or hurt, or "
            "there is smoke or a burning smell, leave the unit and call 911."
        )
        unsafe = self.x_fc_intake_answer_ids.filtered("is_unsafe")
        return [advice, *filter(None, unsafe.question_id.mapped("advice"))]

    def _email_safety_advice(self):
        """:return: Markup"""
        first, *others = self._fc_get_advice()
        rows = [("", text) for text in others]
        rows += [(self.env._("Questions"), self.company_id.phone)]
        return self._email_build(
            self.env._("Please stop using your unit"),
            first,
            sections=[(self.env._("What to do"), rows)],
            email_type="urgent",
        )

    # -- Look-up ----------------------------------------------------------------------------------

    @api.model
    def _fc_look_up(self, text, limit=10):
        """:param text: a phone number, an e-mail address, a name or a serial number
        :return: ``res.partner``, the surest match first
        """
        partners = self.env["res.partner"]
        text = (text or "").strip()
        if len(text) < 3:
            return partners
        found = partners
        email = email_normalize(text)
        if email:
            found |= partners.search([("email_normalized", "=", email)], limit=limit)
        digits = re.sub(r"\D", "", text)[-10:]
        if len(digits) >= 7:
            found |= partners.browse(self._fc_find_by_phone(digits, limit))
        key = make_serial_key(text)
        if key:  # without one, every unit that has no serial number would be meant
            units = self.env["maintenance.equipment"].sudo()
            serial = [("x_fc_serial_key", "=", key), ("company_id", "in", self.env.companies.ids)]
            found |= units.search(serial, limit=limit).x_fc_client_id.with_env(self.env)
        if not email:
            found |= partners.search([("name", "ilike", text)], limit=limit)
        return found[:limit]

    @api.model
    def _fc_find_by_phone(self, digits, limit):
        """Digits alone count: people write a number in many ways."""
        partners = self.env["res.partner"]
        tail = "%" + "%".join(digits)
        near = partners.search([("phone", "=like", tail)], limit=limit)
        return [one.id for one in near if re.sub(r"\D", "", one.phone or "").endswith(digits)]

    @api.model
    def _fc_find_open_twin(self, unit):
        """:return: an open job of the same unit younger than 14 days"""
        since = fields.Datetime.now() - timedelta(days=const.TWIN_DAYS)
        return self.search(
            [
                ("x_fc_equipment_id", "in", unit.ids),
                ("state", "not in", ("done", "cancel")),
                ("create_date", ">=", since),
            ],
            order="id desc",
            limit=1,
        )
