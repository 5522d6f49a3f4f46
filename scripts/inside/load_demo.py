# Fed to Odoo's shell: load the demo files of the addons that the variable ADDONS names, in the
# order of the module graph, and mark those modules as having demo data.
import os

from odoo.modules.module_graph import ModuleGraph
from odoo.tools.convert import convert_file

wanted = os.environ["ADDONS"].split(",")
installed = env["ir.module.module"].search([("state", "=", "installed")])  # noqa: F821
graph = ModuleGraph(env.cr, mode="load")  # noqa: F821
graph.extend(installed.mapped("name"))
for package in graph:
    if package.name not in wanted:
        continue
    for filename in package.manifest["demo"]:
        demo_env = env(su=True)  # noqa: F821
        convert_file(demo_env, package.name, filename, {}, mode="init", noupdate=True)
    installed.filtered(lambda module, name=package.name: module.name == name).demo = True
env.cr.commit()  # noqa: F821
