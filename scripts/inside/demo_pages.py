# Fed to Odoo's shell: everybody in the demo reads French from now on; prints, as JSON, the pages of
# strangers (under the language of their browser), of people behind a link (under ""), of the
# portal's people and of the tablet (under their logins).
import json
from urllib.parse import urlsplit

FRENCH = "fr_CA"
env = env  # noqa: F821 - the shell's
env["res.partner"].with_context(active_test=False).search([]).write({"lang": FRENCH})
env = env(context={**env.context, "lang": FRENCH})


def first(model, domain=()):
    record = env[model].search(list(domain), limit=1)
    assert record, f"the demo has no {model} with {domain}"
    return record


def path(url):
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


contract = first("fusion.repair.maintenance.contract", [("visit_ids", "=", False)])
visit = first("fusion.repair.maintenance.visit", [("state", "=", "scheduled")])
job = first("repair.order")
unit = first("maintenance.equipment", [("x_fc_client_id.user_ids.login", "=", "harriet")])
task = first("fusion.technician.task", [("datetime_start", "!=", False)])
certificate = env["fusion.repair.inspection.certificate"].create(
    {"equipment_id": unit.id, "technician_id": env.user.id, "result": "pass",
     "inspection_date": "2026-11-02", "expiry_date": "2027-11-02"}
)  # fmt: skip
subscription = first("sale.order", [("partner_id.user_ids.login", "=", "northtrails"),
                                    ("is_subscription", "=", True)])  # fmt: skip
case = first("sale.order", [("x_fc_authorizer_id.user_ids.login", "=", "olive")])
home_visit = first("fusion.assessment.visit", [("sales_rep_id.login", "=", "nadia")])
ticket = first("helpdesk.ticket", [("partner_id", "!=", False)])
link = first("fusion.billing.account.link")
sign_request = env["fusion.page11.sign.request"].create(
    {"sale_order_id": case.id, "signer_name": "Clara Client", "lang": FRENCH,
     "signer_email": "clara@example.com"}
)  # fmt: skip
sign_request.state = "sent"
pages = {
    "fr-CA": [
        "/repairs/request",
        "/repairs/help",
        f"/repairs/u/{unit.x_fc_qr_code}",
        f"/repairs/certificate/{certificate.verify_id}",
        "/repairs/certificate/unknown",
        "/repairs/status/unknown",
        "/fusion_helpdesk/engagement/unknown/approve",
        "/page11/sign/unknown",
    ],
    "": [
        path(contract._get_booking_url()),
        path(contract._get_unsubscribe_url()),
        path(visit._get_manage_url()),
        path(job._get_status_url()),
        path(job._fc_get_booking_url()),
        path(task._get_track_url()),
        "/fusion_helpdesk/engagement/demo-approval-of-birchwood-dentals-owner-01/approve",
        "/fusion_helpdesk/engagement/demo-approval-of-birchwood-dentals-owner-01/reject",
        path(ticket._fc_rating_url(5)),
        f"/page11/sign/{sign_request._issue_token()}",
        path(link.service_id._api_get_portal(link)["portal_url"]),
    ],
    "harriet": [
        "/my/equipment",
        f"/my/equipment/{unit.id}",
        "/my/repairs",
        "/my/repairs/new",
        "/my/plans",
        "/my/login-activity",
    ],
    "northtrails": [
        "/my/subscriptions",
        f"/my/subscriptions/{subscription.id}",
        f"/my/subscriptions/{subscription.id}/usage",
    ],
    "olive": ["/my/cases", f"/my/case/{case.id}"],
    "nadia": [
        "/my/visits",
        f"/my/visit/{home_visit.id}",
        "/book-assessment",
    ],
    "liam": ["/my/clock", "/my/clock/timesheet", "/my/clock/schedule", "/my/clock/requests"],
    "kiosk": ["/fusion_clock/kiosk/nfc", "/fusion_clock/kiosk"],
    "marguerite": ["/fusion", "/fusion_clock/board"],
}
env.cr.commit()
print("PAGES=" + json.dumps(pages))
