# Fed to Odoo's shell after demo_pages.py, which made everybody in the demo read French: renders
# each mail of ours in the language of its reader, and each report of ours for a French clerk;
# prints, as JSON, {name: list of HTML}, what was written down in English before, as a list, and the
# headers that the mails have.
import json
from contextlib import suppress
from email import message_from_string

RECORDS, LATEST = 3, 50
FRENCH = "fr_CA"
headers = set()
env = env  # noqa: F821 - the shell's


def ours(model):
    """:return: records of a model that an addon of ours made, with their names"""
    rows = env["ir.model.data"].search(
        [("model", "=", model), ("module", "=like", "fusion%")], order="module, name"
    )
    return [(row.complete_name, env[model].browse(row.res_id)) for row in rows]


def find(model):
    return env[model].search([], limit=LATEST, order="id desc")


def print_mail(template):
    records = find(template.model)
    if template.lang:  # without one, the code that sends it names the language
        langs = template._render_lang(records.ids)
        records = records.filtered(lambda record: langs[record.id] == FRENCH)
    sender = template.with_context(lang=False if template.lang else FRENCH)
    ids, is_known = records[:RECORDS].ids, bool(template.lang)
    subjects = sender._render_field("subject", ids, compute_lang=is_known)
    bodies = sender._render_field("body_html", ids, compute_lang=is_known)
    for number in ids:
        with suppress(ValueError):  # Odoo sends no mail whose subject has a line break
            message = env["ir.mail_server"]._build_email__(
                "office@example.com", ["reader@example.com"], subjects[number], bodies[number],
                subtype="html",
            )  # fmt: skip
            headers.update(message_from_string(message.as_string()).keys())
    return [*subjects.values(), *bodies.values()]


def print_report(report):
    printer = report.with_context(lang=FRENCH)
    return [
        printer._render_qweb_html(report.report_name, [number])[0].decode()
        for number in find(report.model)[:RECORDS].ids
    ]


contract = env["fusion.repair.maintenance.contract"].search([], limit=1)
env["fusion.repair.inspection.certificate"].create(
    {"equipment_id": contract.equipment_id.id, "contract_id": contract.id, "result": "pass",
     "technician_id": env.user.id, "inspection_date": "2026-11-02", "expiry_date": "2027-11-02"}
)  # fmt: skip
env["fusion.clock.report.wizard"].create({})
env["fusion.billing.cutover"].create(
    {"service_id": env["fusion.billing.service"].search([], limit=1).id}
)
papers = {name: print_mail(template) for name, template in ours("mail.template")}
papers.update((name, print_report(report)) for name, report in ours("ir.actions.report"))
written = env["fusion.repair.maintenance.checklist.line"].search([]).mapped("label")
written += env["sale.order.line"].search([]).mapped("name")
print("PAPERS=" + json.dumps(papers))
print("WRITTEN=" + json.dumps(sorted(set(written))))
print("HEADERS=" + json.dumps(sorted(headers)))
