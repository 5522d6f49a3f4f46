"""The reporter's pictures. The demo has no support firm to ask, so its answers are written here."""

import json

_LOGO = {
    "id": 101,
    "ref": "HT00101",
    "subject": "Invoices print without the logo",
    "stage": "In Progress",
    "is_closed": False,
    "last_update": "2026-11-25 19:40:00",
    "has_unread": True,
    "reporter": "Priya Raman",
    "engagement_state": "none",
    "engagement_name": "",
}
_TICKETS = [
    _LOGO,
    {
        **_LOGO,
        "id": 99,
        "ref": "HT00099",
        "subject": "Let customers choose a delivery window",
        "stage": "Waiting",
        "last_update": "2026-11-23 15:05:00",
        "has_unread": False,
        "engagement_state": "pending",
        "engagement_name": "Marguerite Okafor",
    },
    {
        **_LOGO,
        "id": 96,
        "ref": "HT00096",
        "subject": "Export of hours stops at 100 rows",
        "stage": "Done",
        "is_closed": True,
        "last_update": "2026-11-12 14:20:00",
        "has_unread": False,
    },
]
_WAITING = {
    "id": 1,
    "subject": "Planner is slow on Mondays",
    "kind": "ticket",
    "state": "queued",
    "attempts": 2,
    "error": "Central cannot be reached.",
    "created": "2026-11-26 13:00:00",
    "ticket_id": False,
    "is_mine": True,
    "draft": {},
}
_LIST = {
    "ok": True,
    "tickets": _TICKETS,
    "total": 3,
    "scope": "mine",
    "is_admin": False,
    "outbox": [],
    "offline": False,
}
_DOWN = {
    **_LIST,
    "tickets": [],
    "total": 0,
    "outbox": [_WAITING],
    "offline": True,
    "message": "Support is unreachable; what you write is kept and will be sent.",
}


def _message(number, author, is_support, date, body):
    return {
        "id": number,
        "author": author,
        "is_support": is_support,
        "date": date,
        "body": body,
        "attachments": [],
    }


_THREAD = {
    "ok": True,
    "id": 101,
    "ref": "HT00101",
    "subject": _LOGO["subject"],
    "stage": "In Progress",
    "is_closed": False,
    "kind": "bug",
    "can_reply": True,
    "ticket_url": "https://support.example/my/ticket/101",
    "engagement": {"state": "none", "name": False, "decided_at": False},
    "reporter": "Priya Raman",
    "rating": 0,
    "can_rate": False,
    "can_close": True,
    "can_reopen": False,
    "has_more": False,
    "waiting": [],
    "messages": [
        _message(
            2001,
            "Priya Raman",
            False,
            "2026-11-24 14:10:00",
            "<p>Since Monday the PDF of an invoice has no logo. The quotation still has it.</p>",
        ),
        _message(
            2002,
            "Noor Haddad",
            True,
            "2026-11-24 15:30:00",
            "<p>Thank you, Priya. Does it also happen when you print from the list?</p>",
        ),
        _message(2003, "Priya Raman", False, "2026-11-25 13:05:00", "<p>Yes, both ways.</p>"),
        _message(
            2004,
            "Noor Haddad",
            True,
            "2026-11-25 19:40:00",
            "<p>Found it: the layout of the company was changed. It is back; please try again.</p>",
        ),
    ],
}
_SENT = {
    "ok": True,
    "queued": False,
    "outbox_id": 7,
    "ticket_id": 102,
    "ticket_ref": "HT00102",
    "ticket_url": False,
    "email_captured": True,
}
_QUEUED = {**_SENT, "queued": True, "ticket_id": False, "ticket_ref": False}
_WHOAMI = {
    "ok": True,
    "name": "Priya Raman",
    "email": "priya@example.com",
    "email_valid": True,
    "is_admin": True,
    "client_label": "MAPLECREST",
    "configured": True,
    "limits": {"max_files": 10, "max_file_mb": 10, "max_total_mb": 20},
    "pending": 0,
    "features": ["similar", "subscribe", "notices", "rate", "set_state"],
    "notices": [
        {
            "id": 1,
            "title": "Maintenance on Saturday",
            "body": "<p>Support's system is off from 8 to 9 in the morning.</p>",
            "severity": "warning",
            "date_from": "",
            "date_to": "",
        }
    ],
}
_SIMILAR = {
    "ok": True,
    "tickets": [{"id": 101, "ref": "HT00101", "subject": _LOGO["subject"], "stage": "In Progress"}],
}
_CLOSED = {
    **_THREAD,
    "stage": "Done",
    "is_closed": True,
    "can_close": False,
    "can_reopen": True,
    "can_rate": True,
}
_ANSWERS = {
    "my_tickets": _LIST,
    "ticket/101": _THREAD,
    "submit": _SENT,
}
_STUB = """
{
    const answers = %s;
    const { browser } = odoo.loader.modules.get("@web/core/browser/browser");
    const Real = browser.XMLHttpRequest;
    browser.XMLHttpRequest = class extends Real {
        open(method, url) {
            this.answer = answers[url.split("/fusion_helpdesk/")[1]];
            return super.open(...arguments);
        }
        get status() { return this.answer ? 200 : super.status; }
        get response() {
            const result = { jsonrpc: "2.0", result: this.answer };
            return this.answer ? JSON.stringify(result) : super.response;
        }
        send() {
            if (!this.answer) {
                return super.send(...arguments);
            }
            setTimeout(() => this.dispatchEvent(new Event("load")), 20);
        }
    };
}
0
"""
READY = (
    "!!document.querySelector('.o_fhd_systray button') && "
    "!!document.querySelector('.o_action_manager > *')"
)


def answer(**changed):
    """:return: step that lets the page hear a support firm"""
    return (_STUB % json.dumps({**_ANSWERS, **changed}), "true")


def press(selector, then):
    return (f"document.querySelector('{selector}').click()", f"!!document.querySelector('{then}')")


def fill(selector, value):
    return (
        f"{{ const field = document.querySelector({json.dumps(selector)});"
        f" field.value = {json.dumps(value)};"
        " field.dispatchEvent(new Event('input', { bubbles: true })); } 0",
        "true",
    )


#: A tab to take a picture of: an invented invoice.
_TAB = """
{
    const canvas = Object.assign(document.createElement("canvas"), { width: 960, height: 540 });
    const context = canvas.getContext("2d");
    const paint = () => {
        context.fillStyle = "#ffffff";
        context.fillRect(0, 0, 960, 540);
        context.fillStyle = "#222222";
        context.font = "28px sans-serif";
        context.fillText("Invoice INV/2026/00042", 60, 60);
        context.fillText("Amira Castellanos", 60, 130);
        context.fillText("14 Birch Street, Guelph", 60, 168);
        context.fillText("Stair lift, yearly service", 60, 290);
        context.fillText("$ 0.00", 640, 290);
    };
    paint();
    setInterval(paint, 50);
    navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(25);
}
0
"""
_DRAW = """
{
    document.querySelector(".o_fhd_tool[data-tool=%s]").click();
    const canvas = document.querySelector(".o_fhd_canvas");
    const { left, top, width } = canvas.getBoundingClientRect();
    const scale = width / canvas.width;
    const fire = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
        clientX: left + x * scale, clientY: top + y * scale, bubbles: true,
    }));
    const [x1, y1, x2, y2] = [%s, %s, %s, %s];
    fire("pointerdown", x1, y1);
    fire("pointermove", x2, y2);
    fire("pointerup", x2, y2);
}
0
"""
OPEN = press(".o_fhd_systray button", ".o_fhd_tabs")
NEW = press(".o_fhd_tab_new", "input[name=subject]")
LIST = press(".o_fhd_tab_list", ".o_fhd_ticket")
TYPED = (
    fill("input[name=subject]", "Invoices print without the logo"),
    fill(
        "textarea[name=description]",
        "Since Monday the PDF of an invoice has no logo. The quotation still has it.",
    ),
)
STORIES = {
    "new": (answer(), OPEN, NEW, *TYPED),
    "list": (answer(), OPEN, LIST),
    "thread": (answer(), OPEN, LIST, press(".o_fhd_ticket", ".o_fhd_reply")),
    "sent": (answer(), OPEN, NEW, *TYPED, press(".o_fhd_submit", ".o_fhd_reference")),
    "saved": (
        answer(submit=_QUEUED),
        OPEN,
        NEW,
        *TYPED,
        press(".o_fhd_submit", ".o_fhd_saved"),
    ),
    "down": (
        answer(my_tickets=_DOWN),
        OPEN,
        press(".o_fhd_tab_list", ".o_fhd_offline"),
    ),
    "diagnostics": (
        answer(),
        OPEN,
        NEW,
        *TYPED,
        press(".o_fhd_show", "#o_fhd_diagnostics"),
        ("document.querySelector('#o_fhd_diagnostics').scrollIntoView({ block: 'center' })", "1"),
    ),
    "annotate": (
        answer(),
        OPEN,
        NEW,
        (_TAB, "true"),
        press(".o_fhd_capture", ".o_fhd_canvas"),
        ("true", "document.querySelector('.o_fhd_canvas').width === 960"),
        (_DRAW % ("blur", 60, 90, 420, 180), "true"),
        (_DRAW % ("box", 520, 230, 860, 330), "true"),
        (_DRAW % ("arrow", 420, 420, 560, 345), "true"),
    ),
    "error": (
        (
            "odoo.__WOWL_DEBUG__.root.env.services.dialog.add("
            "odoo.loader.modules.get('@web/core/errors/error_dialogs').RPCErrorDialog,"
            " { name: 'TypeError', message: 'The value is missing', traceback: 'TypeError' }); 0",
            "!!document.querySelector('.o_fhd_report_error')",
        ),
    ),
    "similar": (
        answer(whoami=_WHOAMI, similar=_SIMILAR),
        OPEN,
        NEW,
        fill("input[name=subject]", "Logo is missing"),
        ("true", "!!document.querySelector('.o_fhd_similar')"),
    ),
    "rating": (
        answer(**{"whoami": _WHOAMI, "ticket/101": _CLOSED}),
        OPEN,
        LIST,
        press(".o_fhd_ticket", ".o_fhd_rating"),
    ),
    "empty": (
        answer(my_tickets={**_LIST, "tickets": [], "total": 0}),
        OPEN,
        press(".o_fhd_tab_list", ".o_fhd_empty"),
    ),
}
