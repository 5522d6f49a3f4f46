from odoo.tools import sql

PRIVILEGE = "helpdesk_mgmt.group_helpdesk_privilege"
OCA_GROUPS = (
    "helpdesk_mgmt.group_helpdesk_user_own",
    "helpdesk_mgmt.group_helpdesk_user_team",
    "helpdesk_mgmt.group_helpdesk_user",
    "helpdesk_mgmt.group_helpdesk_manager",
)
#: OCA's role and the one that the suite knows; the stronger role comes first.
MATCHING = {
    "helpdesk_mgmt.group_helpdesk_manager": "helpdesk.group_helpdesk_manager",
    "helpdesk_mgmt.group_helpdesk_user": "helpdesk.group_helpdesk_user",
}
#: Where OCA's menu entries stand without us, as its helpdesk_ticket_menu.xml says.
OCA_PARENTS = {
    "helpdesk_mgmt.helpdesk_ticket_main_menu": [
        "helpdesk_mgmt.helpdesk_ticket_dashboard_menu",
        "helpdesk_mgmt.helpdesk_ticket_menu",
        "helpdesk_mgmt.helpdesk_ticket_reporting_menu",
        "helpdesk_mgmt.helpdesk_ticket_config_main_menu",
    ],
    "helpdesk_mgmt.helpdesk_ticket_reporting_menu": [
        "helpdesk_mgmt.helpdesk_ticket_reporting_analysis",
    ],
    "helpdesk_mgmt.helpdesk_ticket_config_main_menu": [
        "helpdesk_mgmt.helpdesk_config_settings_menu",
        "helpdesk_mgmt.helpdesk_ticket_channel_menu",
        "helpdesk_mgmt.helpdesk_ticket_category_menu",
        "helpdesk_mgmt.helpdesk_ticket_stage_menu",
        "helpdesk_mgmt.helpdesk_ticket_team_menu",
        "helpdesk_mgmt.helpdesk_ticket_tag_menu",
    ],
}


def post_init_hook(env):
    """Give the holders of OCA's roles the matching one.

    OCA's own group is taken back, because the new one implies it: left behind, it would outlive
    the day when somebody lowers the role in the user form.
    """
    for theirs, ours in MATCHING.items():
        _move_users(env.ref(theirs), env.ref(ours))


def uninstall_hook(env):
    """Leave OCA's addon as it was, but for the closed hole of the stages' ACL."""
    for theirs, ours in MATCHING.items():
        _move_users(env.ref(ours), env.ref(theirs))
    for xmlid in OCA_GROUPS:
        env.ref(xmlid).privilege_id = env.ref(PRIVILEGE)
    _restore_menus(env)
    _restore_required_description(env)


def _move_users(source, target):
    # The superuser is archived, and a role of his is as real as anybody's.
    users = source.with_context(active_test=False).user_ids
    target.user_ids |= users
    source.user_ids -= users


def _restore_menus(env):
    for parent, children in OCA_PARENTS.items():
        menus = [env.ref(child, raise_if_not_found=False) for child in children]
        for menu in filter(None, menus):
            menu.parent_id = env.ref(parent)
    env.ref("helpdesk_mgmt.helpdesk_ticket_main_menu").active = True


def _restore_required_description(env):
    env.flush_all()
    env.cr.execute("UPDATE helpdesk_ticket SET description = '' WHERE description IS NULL")
    sql.set_not_null(env.cr, "helpdesk_ticket", "description")
