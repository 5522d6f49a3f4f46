"""The pictures of docs/: which page, as whom, on which device, after which steps."""

from dataclasses import dataclass

from . import shots_helpdesk, shots_portal

TABLET = (1280, 800)
TABLET_PORTRAIT = (800, 1280)
PHONE = (390, 844)
DESKTOP = (1440, 900)

KIOSK = "/fusion_clock/kiosk/nfc"
SKIP_SETUP = "localStorage.setItem('fclk_setup_done', '1')"
STATE = "document.querySelector('.o_fusion_clock_kiosk')?.dataset.state"
LOADED_CLIENT = (
    "!!document.querySelector('.o_web_client .o_view_controller .o_list_table, .o_form_sheet, "
    ".o_setting_container, .o_nocontent_help, .o_pivot table, .o_graph_renderer canvas')"
)


def state_is(*names):
    return f"{list(names)}.includes({STATE})"


def tap(uid):
    return (
        f"document.querySelector('[data-part=mock_uid]').value = '{uid}';"
        "document.querySelector('[data-part=mock]').requestSubmit()"
    )


def click(action):
    shown = ".o_fusion_clock_panel:not([hidden])"
    return f"document.querySelector('{shown} [data-action={action}]').click()"


def unlock():
    return (
        "document.querySelector('[data-part=password]').value = '2468';"
        "document.querySelector('[data-form=unlock]').requestSubmit()"
    )


def search(text):
    return (
        f"document.querySelector('[data-part=query]').value = '{text}';"
        "document.querySelector('[data-form=search]').requestSubmit()"
    )


@dataclass
class Shot:
    """``steps``: (JavaScript to run, JavaScript that is true when it has worked)."""

    name: str
    login: str
    url: str
    size: tuple
    steps: tuple = ()
    dark: bool = False
    before: str = ""  # run once on the site before the page is opened
    ready: str = "true"


def kiosk(name, *steps, size=TABLET, before=SKIP_SETUP, ready=None):
    ready = ready or state_is("idle")
    return Shot(f"kiosk_{name}", "kiosk", KIOSK, size, steps, before=before, ready=ready)


TASKS = "/odoo/action-fusion_tasks."
LANES = "!!document.querySelector('.o_fusion_tasks_lane')"
STOPS = "!!document.querySelector('.o_fusion_tasks_stop, .o_fusion_tasks_empty')"
WEEK = (
    "[...document.querySelectorAll('.o_fusion_tasks_bar button')].find((b) => "
    "b.textContent === 'Week').click()",
    "document.querySelectorAll('.o_fusion_tasks_head .o_fusion_tasks_cell').length === 7",
)


def later(label):
    return f"document.querySelector('[aria-label=\"{label}\"]').click()", "true"


KNOWN = "04:A2:B5:62:C1:80"
KNOWN_OUT = "04:3F:9C:1A:77:81"
UNKNOWN = "04:DE:AD:10:20:30"
IN_MENU = (
    (click("open_manager"), state_is("unlock")),
    (unlock(), state_is("menu")),
)
FORGET = "localStorage.clear()"

SHOTS = [
    kiosk("setup_tablet", before=FORGET, ready=state_is("setup")),
    kiosk(
        "setup_ready_tablet",
        (
            click("activate"),
            "!document.querySelector('[data-action=finish_setup]').hidden",
        ),
        before=FORGET,
        ready=state_is("setup"),
    ),
    kiosk("setup_phone", size=PHONE, before=FORGET, ready=state_is("setup")),
    kiosk(
        "lost_tablet",
        (f"window.fetch = () => Promise.reject(new Error()); {tap(KNOWN)}", state_is("error")),
    ),
    kiosk("idle_tablet"),
    kiosk("idle_phone", size=PHONE),
    kiosk("idle_portrait", size=TABLET_PORTRAIT),
    kiosk("result_tablet", (tap(KNOWN), state_is("result", "error"))),
    kiosk("result_phone", (tap(KNOWN_OUT), state_is("result", "error")), size=PHONE),
    kiosk("unknown_tablet", (tap(UNKNOWN), state_is("error"))),
    kiosk("unknown_phone", (tap(UNKNOWN), state_is("error")), size=PHONE),
    kiosk("unlock_tablet", *IN_MENU[:1]),
    kiosk("unlock_phone", *IN_MENU[:1], size=PHONE),
    kiosk("menu_tablet", *IN_MENU),
    kiosk(
        "program_tablet",
        (tap(UNKNOWN), state_is("error")),
        (click("program_card"), state_is("unlock")),
        (unlock(), state_is("employees")),
        (search("an"), "!!document.querySelector('[data-part=people] button')"),
    ),
    kiosk(
        "confirm_tablet",
        (tap(UNKNOWN), state_is("error")),
        (click("program_card"), state_is("unlock")),
        (unlock(), state_is("employees")),
        (search("an"), "!!document.querySelector('[data-part=people] button')"),
        ("document.querySelector('[data-part=people] button').click()", state_is("confirm")),
    ),
    kiosk("unknown_list_tablet", *IN_MENU, (click("unknown_cards"), state_is("unknown"))),
    kiosk(
        "locked_tablet",
        before=f"{SKIP_SETUP}; localStorage.setItem('fclk_locked', '1')",
        ready=state_is("locked"),
    ),
]


def _backend(name, path, size=DESKTOP, dark=False):
    return Shot(name, "admin", path, size, dark=dark, ready=LOADED_CLIENT)


SHOTS += [
    Shot(
        "tasks_board_day",
        "sana",
        TASKS + "action_dispatch_board",
        (1440, 560),
        (later("Later"),),
        ready=LANES,
    ),
    Shot(
        "tasks_board_week",
        "sana",
        TASKS + "action_dispatch_board",
        (1440, 620),
        (WEEK,),
        ready=LANES,
    ),
    Shot(
        "tasks_my_day",
        "ines",
        TASKS + "action_my_day",
        PHONE,
        (later("Next day"),),
        ready=STOPS,
    ),
    Shot("start_phone", "kiosk", "/fusion", PHONE),
    Shot("start_desktop", "marguerite", "/fusion", DESKTOP),
    _backend("clock_attendances", "/odoo/action-hr_attendance.hr_attendance_action"),
    _backend("clock_break_rules", "/odoo/action-fusion_clock.action_fusion_clock_break_rule"),
    _backend(
        "clock_break_rules_phone",
        "/odoo/action-fusion_clock.action_fusion_clock_break_rule",
        size=PHONE,
    ),
    _backend("clock_activity_log", "/odoo/action-fusion_clock.action_fusion_clock_activity_log"),
    _backend("clock_locations", "/odoo/action-fusion_clock.action_fusion_clock_locations"),
    _backend("clock_attendance_form", "/odoo/m-hr.attendance/4"),
    Shot(
        "clock_employee_form",
        "admin",
        "/odoo/m-hr.employee/5",
        DESKTOP,
        (
            (
                "document.querySelector('a[name=fusion_clock]').click()",
                "!!document.querySelector('[name=x_fclk_nfc_card_uid]')",
            ),
        ),
        ready=LOADED_CLIENT,
    ),
    Shot(
        "clock_settings",
        "admin",
        "/odoo/action-hr_attendance.action_hr_attendance_settings",
        DESKTOP,
        (("document.querySelector('[name=fclk_auto_deduct_break]').scrollIntoView()", "true"),),
        ready=LOADED_CLIENT,
    ),
]


# fusion_clock's other pages.

PIN = "/fusion_clock/kiosk"
PICK_PERSON = (
    (search("an"), "!!document.querySelector('[data-part=people] button')"),
    ("document.querySelector('[data-part=people] button').click()", state_is("pin")),
)
PORTAL_READY = "!!document.querySelector('.o_fusion_clock_nav')"
CLIENT_ACTION = "!!document.querySelector('.o_fusion_clock_{}')"


def _portal(name, page, dark=False, size=PHONE):
    url = f"/my/clock{page}"
    return Shot(f"clock_{name}", "liam", url, size, dark=dark, ready=PORTAL_READY)


def _client(name, action, part, login="marguerite", size=DESKTOP, dark=False):
    url = f"/odoo/action-fusion_clock.action_fusion_clock_{action}"
    return Shot(f"clock_{name}", login, url, size, dark=dark, ready=CLIENT_ACTION.format(part))


def _list(name, action, size=DESKTOP, dark=False):
    return _backend(f"clock_{name}", f"/odoo/action-fusion_clock.{action}", size, dark)


SHOTS += [
    kiosk(
        "guide_tablet",
        *IN_MENU,
        (click("profile_photo"), state_is("employees")),
        (search("an"), "!!document.querySelector('[data-part=people] button')"),
        ("document.querySelector('[data-part=people] button').click()", state_is("guide")),
    ),
    kiosk("pair_tablet", *IN_MENU, (click("pair"), state_is("pair"))),
    Shot("kiosk_pin_tablet", "kiosk", PIN, TABLET, PICK_PERSON[:1], ready=state_is("idle")),
    Shot("kiosk_pin_pad_tablet", "kiosk", PIN, TABLET, PICK_PERSON, ready=state_is("idle")),
    Shot("kiosk_pin_pad_phone", "kiosk", PIN, PHONE, PICK_PERSON, ready=state_is("idle")),
    _portal("portal_phone", ""),
    _portal("portal_dark_phone", "", dark=True),
    _portal("portal_desktop", "", size=DESKTOP),
    _portal("timesheet_phone", "/timesheet"),
    _portal("schedule_phone", "/schedule"),
    _portal("requests_phone", "/requests"),
    _portal("requests_dark_phone", "/requests", dark=True),
    _client("planner_desktop", "shift_planner", "cell"),
    _client("planner_dark_desktop", "shift_planner", "cell", dark=True),
    _client("planner_tablet", "shift_planner", "cell", login="devon", size=TABLET),
    _client("dashboard_desktop", "dashboard", "dashboard_body"),
    _client("dashboard_dark_desktop", "dashboard", "dashboard_body", dark=True),
    _client("dashboard_phone", "dashboard", "dashboard_body", size=PHONE),
    Shot("clock_board_tablet", "marguerite", "/fusion_clock/board", TABLET),
    _list("corrections", "action_fusion_clock_corrections"),
    _list("periods", "fusion_clock_period_action"),
    _list("stations", "fusion_clock_station_action"),
    _list("messages", "fusion_clock_message_action"),
    _list("hours_analysis", "fusion_clock_hours_report_action"),
]

# The login record and the PDF preview.

ROWS = "document.querySelectorAll('.o_data_row, .o_kanban_record:not(.o_kanban_ghost)').length > 0"
LOGIN_ACTIONS = {
    "events": "action_login_audit",
    "failed": "action_login_audit_failed_24h",
    "alerts": "action_login_alert",
    "country": "action_login_audit_report",
    "health": "action_login_audit_health",
}
OWN_ACTIVITY = "/my/login-activity"
USER_FORM = "/odoo/action-base.action_res_users/5"  # marguerite


def _login(name, path, size=DESKTOP, *steps, login="admin", ready=LOADED_CLIENT):
    return Shot(f"login_{name}", login, path, size, steps, ready=ready)


def _tab(name):
    return (f"document.querySelector('a[name={name}]').click()", ROWS)


def _scroll(selector):
    return (f"document.querySelector('{selector}').scrollIntoView()", "true")


_LOGIN_SETTINGS = (
    "document.querySelector('.settings_tab .tab[data-key=fusion_login_audit]').click()",
    "!!document.querySelector('#fusion_login_audit_retention')",
)
SHOTS += [
    _login(name, f"/odoo/action-fusion_login_audit.{action}", ready="!!document.querySelector("
           "'.o_view_controller .o_list_table, .o_pivot table, .o_nocontent_help')")
    for name, action in LOGIN_ACTIONS.items()
]  # fmt: skip
SHOTS += [
    _login(
        "events_phone",
        f"/odoo/action-fusion_login_audit.{LOGIN_ACTIONS['events']}",
        PHONE,
        ready=ROWS,
    ),
    _login("user", USER_FORM, DESKTOP, _tab("login_activity")),
    _login("user_tablet", USER_FORM, TABLET_PORTRAIT, _tab("login_activity")),
    _login("settings", "/odoo/settings", DESKTOP, _LOGIN_SETTINGS),
    _login(
        "settings_location",
        "/odoo/settings",
        DESKTOP,
        _LOGIN_SETTINGS,
        _scroll("#fusion_login_audit_geo"),
    ),
    _login(
        "settings_phone",
        "/odoo/settings",
        PHONE,
        ready="!!document.querySelector('.o_setting_container')",
    ),
    _login("own", OWN_ACTIVITY, DESKTOP, login="marguerite", ready="true"),
    _login("own_phone", OWN_ACTIVITY, PHONE, login="marguerite", ready="true"),
]

_BADGE = (
    "odoo.__WOWL_DEBUG__.root.env.services.action.doAction('hr.hr_employee_print_badge',"
    " { additionalContext: { active_ids: [2] } }); 0",
    "!!document.querySelector('.o_fusion_pdf_preview_area[data-phase=ready]')",
)
_EMPLOYEES = "/odoo/action-hr.open_view_employee_list_my"
_CARDS = "!!document.querySelector('.o_kanban_record, .o_data_row')"


def _pdf(name, size):
    return Shot(f"pdf_{name}", "admin", _EMPLOYEES, size, (_BADGE,), ready=_CARDS)


SHOTS += [
    _pdf("dialog", DESKTOP),
    _pdf("dialog_tablet", TABLET_PORTRAIT),
    _pdf("dialog_phone", PHONE),
    Shot(
        "pdf_log",
        "admin",
        "/odoo/action-fusion_pdf_preview.action_pdf_preview_log",
        DESKTOP,
        ready=LOADED_CLIENT,
    ),
]

_FIRST_ROW = (
    "document.querySelector('.o_data_row .o_data_cell, .o_kanban_record').click()",
    "!!document.querySelector('.o_form_sheet')",
)


def _billing(name, addon, action, *steps, size=DESKTOP):
    url = f"/odoo/action-{addon}.{action}"
    ready = f"{LOADED_CLIENT} || !!document.querySelector('.o_kanban_renderer')"
    return Shot(name, "admin", url, size, steps, ready=ready)


SHOTS += [
    _billing("subscriptions", "sale_subscription", "sale_subscription_action"),
    _billing("subscription_form", "sale_subscription", "sale_subscription_action", _FIRST_ROW),
    _billing("subscription_phone", "sale_subscription", "sale_subscription_action", size=PHONE),
    _billing("subscription_revenue", "sale_subscription", "sale_order_log_action"),
    _billing("subscription_plans", "sale_subscription", "sale_subscription_plan_action"),
    *(
        _billing(f"billing_{name}", "fusion_centralize_billing", f"action_fc_{name}", *steps)
        for name, steps in (
            ("services", (_FIRST_ROW,)),
            ("charges", (_FIRST_ROW,)),
            ("plans", ()),
            ("usage", ()),
            ("webhooks", ()),
            ("dashboard", ()),
            ("revenue", ()),
            ("wallets", (_FIRST_ROW,)),
            ("simulation", ()),
        )
    ),
    Shot(
        "billing_usage_phone",
        "northtrails",
        "/my/subscriptions",
        PHONE,
        (
            (
                "document.querySelector('main table a, #wrap table a').click()",
                "!!document.querySelector('a[href*=\"/usage\"]')",
            ),
            (
                "document.querySelector('a[href*=\"/usage\"]').click()",
                "!!document.querySelector('#usage_period')",
            ),
        ),
        ready="!!document.querySelector('main table a, #wrap table a')",
    ),
]

# The helpdesk reporter.

_HELPDESK_SIZES = {"": DESKTOP, "_tablet": TABLET_PORTRAIT, "_phone": PHONE}
SHOTS += [
    Shot(f"helpdesk_{name}{end}", "priya", "/odoo", size, steps, ready=shots_helpdesk.READY)
    for name, steps in shots_helpdesk.STORIES.items()
    for end, size in _HELPDESK_SIZES.items()
]
_HELPDESK_SETTINGS = (
    "document.querySelector('.settings_tab .tab[data-key=fusion_helpdesk]').click()",
    "!!document.querySelector('#fusion_helpdesk_code')",
)
SHOTS += [
    Shot(
        "helpdesk_settings",
        "admin",
        "/odoo/settings",
        DESKTOP,
        (_HELPDESK_SETTINGS,),
        ready=LOADED_CLIENT,
    ),
    _backend("helpdesk_outbox", "/odoo/action-fusion_helpdesk.action_outbox"),
    Shot(
        "helpdesk_outbox_phone",
        "admin",
        "/odoo/action-fusion_helpdesk.action_outbox",
        PHONE,
        ready=ROWS,
    ),
]

# The central desk and the owner's pages.

_ADDON = "fusion_helpdesk_central"
_APPROVAL = "/fusion_helpdesk/engagement/demo-approval-of-birchwood-dentals-owner-01"
_TICKETS = "/odoo/helpdesk-tickets"
SMALL_PHONE = (320, 700)


def _central(name, path, size=DESKTOP, *steps, login="admin", ready=LOADED_CLIENT):
    return Shot(f"helpdesk_{name}", login, path, size, steps, ready=ready)


def _owner(name, page, size=SMALL_PHONE, dark=False):
    return Shot(f"helpdesk_{name}", "priya", f"{_APPROVAL}/{page}", size, dark=dark)


def _record(text, shown="!!document.querySelector('.o_form_sheet')"):
    """Open the record whose name holds ``text``, by its row in the list."""
    row = (
        f"[...document.querySelectorAll('.o_data_row')].find((r) => r.innerText.includes('{text}'))"
    )
    return (f"{row}.querySelector('.o_data_cell[name=name]').click()", shown)


def _view(kind, shown):
    return (f"document.querySelector('.o_switch_view.o_{kind}').click()", shown)


def _press(name, shown):
    return (f"document.querySelector('button[name={name}]:not([disabled])').click()", shown)


_DIALOG = "!!document.querySelector('.modal .o_form_sheet')"
_KEYS = f"/odoo/action-{_ADDON}.action_client_keys"
_REPORT = f"/odoo/action-{_ADDON}.action_owner_engagements"
SHOTS += [
    _central("client_keys", _KEYS),
    _central("client_key", _KEYS, DESKTOP, _record("Birchwood")),
    _central("client_key_phone", "/odoo/m-fusion.helpdesk.client.key/1", PHONE),
    _central(
        "new_key",
        _KEYS,
        DESKTOP,
        _record("Harbour"),
        _press("action_revoke", "!!document.querySelector('.modal-footer .btn-primary')"),
        (
            "document.querySelector('.modal-footer .btn-primary').click()",
            "!!document.querySelector('button[name=action_generate_key]')",
        ),
        _press("action_generate_key", _DIALOG),
    ),
    _central("board", f"/odoo/action-{_ADDON}.action_deployment_board", ready=_CARDS),
    _central("notices", f"/odoo/action-{_ADDON}.action_notices", ready=ROWS),
    _central("sla", f"/odoo/action-{_ADDON}.action_sla", ready=ROWS),
    _central("tickets", _TICKETS, ready=ROWS),
    _central("ticket", _TICKETS, DESKTOP, _record("Recall"), ready=ROWS),
    _central(
        "ticket_phone",
        _TICKETS,
        PHONE,
        (
            "[...document.querySelectorAll('.o_kanban_record')].find((r) => "
            "r.innerText.includes('Recall')).click()",
            "!!document.querySelector('.o_form_sheet')",
        ),
        ready="!!document.querySelector('.o_kanban_record')",
    ),
    _central("kanban", _TICKETS, DESKTOP, _view("kanban", ROWS), ready=ROWS),
    _central(
        "wizard",
        _TICKETS,
        DESKTOP,
        _record("Larger letters"),
        _press("action_request_owner_approval", _DIALOG),
        ready=ROWS,
    ),
    _central("report_pivot", _REPORT, ready="!!document.querySelector('.o_pivot table')"),
    _central(
        "report_graph",
        _REPORT,
        DESKTOP,
        _view("graph", "!!document.querySelector('.o_graph_renderer canvas')"),
        ready="!!document.querySelector('.o_pivot table')",
    ),
    _central(
        "report_list",
        _REPORT,
        DESKTOP,
        _view("list", ROWS),
        ready="!!document.querySelector('.o_pivot table')",
    ),
    _central(
        "report_kanban",
        _REPORT,
        DESKTOP,
        _view("kanban", ROWS),
        ready="!!document.querySelector('.o_pivot table')",
    ),
    _central(
        "central_settings",
        "/odoo/settings",
        DESKTOP,
        (
            f"document.querySelector('.settings_tab .tab[data-key={_ADDON}]').click()",
            "!!document.querySelector('[name=fhc_default_team_id]')",
        ),
    ),
    _owner("approve_phone", "approve"),
    _owner("approve_dark_phone", "approve", dark=True),
    _owner("approve_desktop", "approve", DESKTOP),
    _owner("reject_phone", "reject"),
    _owner("ask_phone", "ask"),
    _owner("invalid_phone", "nothing"),
    Shot(
        "claims_board",
        "amara",
        "/odoo/action-fusion_claims.action_adp_cases",
        DESKTOP,
        ready="!!document.querySelector('.o_kanban_record')",
    ),
    Shot(
        "claims_step",
        "amara",
        "/odoo/action-fusion_claims.action_adp_cases",
        DESKTOP,
        (
            (
                "document.querySelector('.o_kanban_record').click()",
                "!!document.querySelector('.o_fusion_claims_ribbon button')",
            ),
            (
                "document.querySelector('.o_fusion_claims_ribbon button').click()",
                "!!document.querySelector('.modal .o_form_view')",
            ),
        ),
        ready="!!document.querySelector('.o_kanban_record')",
    ),
    Shot(
        "repairs_dashboard",
        "petra",
        "/odoo/service-dashboard",
        DESKTOP,
        ready="!!document.querySelector('.o_fusion_repairs_tile_value')",
    ),
    Shot(
        "repairs_unit_phone",
        "harriet",
        "/my/equipment",
        PHONE,
        (
            (
                "[...document.querySelectorAll('#wrap a')].find((a) => "
                "a.textContent.includes('Stair Lift')).click()",
                "document.readyState === 'complete' && location.pathname.split('/').length > 3",
            ),
        ),
        ready="!!document.querySelector('#wrap h1')",
    ),
    Shot(
        "repairs_request_phone",
        "harriet",
        "/repairs/request?type=stair_lift",
        PHONE,
        ready="!!document.querySelector('form')",
    ),
    Shot(
        "repairs_flowchart",
        "petra",
        "/odoo/action-fusion_repairs.action_flowcharts",
        DESKTOP,
        (
            (
                "document.querySelector('.o_data_row button[name=action_edit]').click()",
                "!!document.querySelector('.o_fusion_repairs_editor_card')",
            ),
        ),
        ready="!!document.querySelector('.o_data_row')",
    ),
    Shot(
        "repairs_recall",
        "petra",
        "/odoo/action-fusion_repairs.action_recalls",
        DESKTOP,
        (_FIRST_ROW,),
        ready="!!document.querySelector('.o_data_row')",
    ),
    *shots_portal.make(Shot),
]
