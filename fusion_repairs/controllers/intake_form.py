"""The form of a reported problem, read alike from the portal and from the public page."""

from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.fusion_base.tools.signing import new_token

from .. import const
from . import page

TEXTS = {"name": 100, "email": 200, "phone": const.MAX_PHONE, "street": 200, "city": 100,
         "problem": const.MAX_PROBLEM}  # fmt: skip


def read_texts(form):
    """:return: what was typed, cut to what the fields hold, without NUL"""
    return {
        name: str(form.get(name) or "").replace("\0", "").strip()[:length]
        for name, length in TEXTS.items()
    }


def read_id(text):
    """:return: a positive number of a form, else 0"""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def read_report(form, category, lang):
    """:param category: whose questions were asked
    :return: part of the ``vals`` of ``_fc_create_from_intake``
    """
    questions = category.with_context(lang=lang)._get_questions(online=True)
    symptoms = page.get_model("fusion.repair.symptom")
    symptom = symptoms.search(
        [("id", "=", read_id(form.get("symptom_id"))), ("category_id", "=", category.id)]
    )
    texts = read_texts(form)
    return {
        "problem": texts["problem"],
        "phone": texts["phone"],
        "category_id": category.id,
        "symptom_id": symptom.id,
        "answers": [
            (question.id, str(form.get(f"question_{question.id}") or "")[: const.MAX_NOTE])
            for question in questions
            if question.kind != "photo"
        ],
        "attachments": _read_files(),
    }


def _read_files():
    files = request.httprequest.files.getlist("photos")
    return [
        (one.filename[-100:], one.read(const.INTAKE_FILE_BYTES + 1))
        for one in files[: const.INTAKE_FILES + 1]
        if one.filename
    ]


def prepare_form(form, category, lang):
    """:return: values of the template ``intake_fields``; what was typed stands there again"""
    category = category.with_context(lang=lang)
    symptoms = page.get_model("fusion.repair.symptom").with_context(lang=lang)
    return {
        "questions": [
            {
                "name": f"question_{question.id}",
                "label": question.label,
                "kind": question.kind,
                "required": question.required,
                "choices": question._get_choices(),
                "value": form.get(f"question_{question.id}") or "",
            }
            for question in category._get_questions(online=True)
            if question.kind != "photo"
        ],
        "symptoms": symptoms.search([("category_id", "=", category.id)]),
        "symptom_id": read_id(form.get("symptom_id")),
        "typed": read_texts(form),
        "form_key": form.get("form_key") or new_token(),
        "max_files": const.INTAKE_FILES,
    }


def find_unit(params):
    """:return: the unit whose label was scanned"""
    return page.get_model("maintenance.equipment")._fc_find_by_qr(params.get("unit"))


def find_category(params):
    """:return: that of the scanned unit, else the chosen one, perhaps empty"""
    code = str(params.get("type") or "").replace("\0", "")
    categories = page.get_model("fusion.repair.product.category")
    own = find_unit(params).x_fc_repair_category_id
    return own or (code and categories.search([("code", "=", code)])) or categories


def get_query(params):
    """:return: what of the query is kept from page to page: known unit, else known type"""
    unit, category = find_unit(params), find_category(params)
    if unit:
        return {"unit": unit.x_fc_qr_code}
    return {"type": category.code} if category else {}


def is_over_limit(limits=None, name="request"):
    """Count one report of this address.

    :param limits: ``(requests, seconds)``, default: those of reports
    :return: whether it sent too many
    """
    limit, window_s = limits or const.REQUESTS_PER_ADDRESS
    key = f"fusion_repairs.{name}:{request.httprequest.remote_addr}"
    return bool(request.env["fusion.tasks.rate"].sudo()._hit(key, limit, window_s))


def create_report(jobs, vals, form):
    """:return: ``(job, "")``, or an empty job and what has to be changed"""
    try:
        return jobs._fc_create_online(vals, str(form.get("form_key") or "")[:100]), ""
    except UserError as error:
        return jobs.browse(), str(error)
