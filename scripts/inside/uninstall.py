# Fed to Odoo's shell: uninstall the addon that the variable ADDON names.
import os

addon = env["ir.module.module"].search([("name", "=", os.environ["ADDON"])])  # noqa: F821
addon.button_immediate_uninstall()
env.cr.commit()  # noqa: F821
