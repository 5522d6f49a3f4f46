from . import const


def post_init_hook(env):
    """Write the figures once: an absent row means off or 0 later on."""
    parameters = env["ir.config_parameter"].sudo()
    for name, value in const.INSTALL_VALUES.items():
        if not parameters.get_param(const.PREFIX + name):
            parameters.set_param(const.PREFIX + name, value)


def uninstall_hook(env):
    """No key of a deployment may outlive the wall that binds it; the tickets stay."""
    keys = env["fusion.helpdesk.client.key"].with_context(active_test=False).search([])
    for key in keys:
        key.sudo()._close_access()
