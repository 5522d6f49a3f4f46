# Fed to Odoo's shell: hostile texts in every text of ours that somebody can type, a different one
# in each; prints how many found a place, as JSON.
import itertools
import json

from psycopg2 import Error

from odoo.exceptions import AccessError, UserError

env = env  # noqa: F821 - the shell's
#: Each says so when it runs: by a global, an element of the name or a result of its arithmetic.
BODIES = (
    "<script>window.fusionInjected={0}</script>",
    "<img src=x onerror=window.fusionInjected={0}>",
    '"><svg onload=window.fusionInjected={0}>',
    "'><iframe srcdoc='<script>parent.fusionInjected={0}</script>'>",
    "</textarea><script>window.fusionInjected={0}</script>",
    "</script><script>window.fusionInjected={0}</script>",
    "<a href=javascript:window.fusionInjected={0}>here</a>",
    "<fusion-injected id={0}>",
    "<!--{0}--><fusion-injected>",
    "&lt;script&gt;window.fusionInjected={0}&lt;/script&gt;",
    "{{{{7919*{0}}}}}",
    "${{7919*{0}}}",
    "<t t-out='7919*{0}'/>",
    "%(fusion{0})s %s %d %%",
    '=HYPERLINK("http://a.example/{0}")',
    "@SUM(1+{0})",
    "\t=1+{0}",
    "'; DROP TABLE fusion_injected_{0}; --",
    "\\u003cscript\\u003ewindow.fusionInjected={0}\\u003c/script\\u003e",
    "fusion{0}\n2026-01-01 00:00:00,000 1 CRITICAL fusion injected: fusion",
    "fusion{0}\r\nBcc: injected{0}@example.com",
    "fusion{0}\u202egpj.exe\u2066",
    "{0}" + "A" * 400,
    "../../../../etc/passwd#{0}",
    "{{0.__class__.__mro__}} {0}",
)
LEFT_OUT = ("res.users", "ir.", "base", "res.company", "res.partner", "bus.", "mail.")
TECHNICAL = ("code", "key", "hash", "token", "uuid", "res_model", "lang", "tz", "email", "phone",
             "path", "url", "login", "password", "zone", "method", "scope", "event")  # fmt: skip
RECORDS = 3  # of each model
ours = tuple(env["ir.module.module"].search([("author", "=", "Nexa Systems Inc.")]).mapped("name"))


def fields_of(model):
    """:return: the model's own stored texts that a person may type"""
    for name, field in model._fields.items():
        is_text = field.type in ("char", "text", "html") and field.store and not field.related
        is_ours = bool(set(field._modules) & set(ours))
        if is_text and is_ours and not any(part in name for part in TECHNICAL):
            yield name, field


def put(record, values):
    """:return: whether the record took it"""
    try:
        with env.cr.savepoint():
            record.write(values)
            env.flush_all()
        return True
    except (UserError, AccessError, ValueError, Error):
        env.invalidate_all()
        return False


numbers = itertools.count(1)
placed, refused = set(), 0
for model_name in sorted(env.registry):
    model = env[model_name]
    if model._abstract or model._transient or not model._auto or model_name.startswith(LEFT_OUT):
        continue
    names = list(fields_of(model))
    if not names:
        continue
    for record in model.with_context(active_test=False, tracking_disable=True).search(
        [], limit=RECORDS
    ):
        for name, field in names:
            number = next(numbers)
            body = BODIES[number % len(BODIES)].format(number)
            if field.type == "char":
                body = body[: field.size or None]
            if put(record, {name: body}):
                placed.add(body)
            else:
                refused += 1
for partner in env["res.partner"].search([("user_ids", "!=", False)]):
    put(partner, {"name": BODIES[partner.id % 7].format(partner.id), "street": BODIES[1].format(7)})
env.cr.commit()
print("PLACED=" + json.dumps({"placed": len(placed), "refused": refused}))
