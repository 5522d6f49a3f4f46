"""A database that ran the portal under its old name, taken to the new one as its README says."""

import os
import subprocess

from toolbox import odoo_log, paths, postgres

from .portal_support import VISIT, PortalServerCase

OLD, NEW = "fusion_authorizer_portal", "fusion_portal"
SCRIPT = paths.ROOT / NEW / "rename_module.sql"
TURN_BACK = f"""
    UPDATE ir_module_module SET name = '{OLD}' WHERE name = '{NEW}';
    UPDATE ir_model_data SET module = '{OLD}' WHERE module = '{NEW}';
    UPDATE ir_model_data SET name = 'module_{OLD}'
        WHERE module = 'base' AND name = 'module_{NEW}';
    UPDATE ir_module_module_dependency SET name = '{OLD}' WHERE name = '{NEW}';
    UPDATE ir_ui_view SET key = replace(key, '{NEW}.', '{OLD}.'),
        arch_fs = replace(arch_fs, '{NEW}/', '{OLD}/') WHERE starts_with(key, '{NEW}.');
    UPDATE ir_config_parameter SET key = replace(key, '{NEW}.', '{OLD}.')
        WHERE starts_with(key, '{NEW}.');
"""
#: Whatever names an addon, with the records behind it.
NAMED = """
    SELECT 'data', count(*), md5(string_agg(concat(model, res_id, name), ' ' ORDER BY model, name))
    FROM ir_model_data WHERE module = '{0}'
    UNION ALL SELECT 'view', count(*), md5(string_agg(id::text, ' ' ORDER BY id))
    FROM ir_ui_view WHERE starts_with(key, '{0}.')
    UNION ALL SELECT 'parameter', count(*), md5(string_agg(value, ' ' ORDER BY key))
    FROM ir_config_parameter WHERE starts_with(key, '{0}.')
    UNION ALL SELECT 'module', count(*), md5(string_agg(state, ' '))
    FROM ir_module_module WHERE name = '{0}'
"""


class TestPortalRename(PortalServerCase):
    database = "portal_rename"

    def sql(self, query):
        return postgres.psql(self.odoo.database_env, self.name, query)

    def run_script(self):
        """As the README says.

        :return: the status that psql ends with"""
        command = ["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", SCRIPT, self.name]
        env = {**os.environ, **self.odoo.database_env}
        return subprocess.run(command, env=env, check=False, capture_output=True).returncode

    def update(self, addon):
        log = self.odoo.check(
            ["-d", self.name, "-u", addon, "--stop-after-init", "--no-http"],
            "portal-rename", f"updating {addon}",
        )  # fmt: skip
        self.assertEqual(odoo_log.complaints(log), [])

    def test_everything_is_kept(self):
        visit = self.new_visit()
        group = self.ref(f"{NEW}.group_portal_sales_rep")
        before = self.sql(NAMED.format(NEW))
        self.server.stop()

        self.sql(TURN_BACK)
        self.assertEqual(self.sql(NAMED.format(OLD)), before)
        self.assertEqual(self.run_script(), 0)
        self.assertEqual(self.sql(NAMED.format(NEW)), before)
        self.assertEqual(self.run_script(), 0)
        self.update(NEW)

        self.assertEqual(self.sql(NAMED.format(NEW)), before)
        gone = self.sql(NAMED.format(OLD))
        self.assertEqual([row.split("|")[1] for row in gone.splitlines()], ["0"] * 4)
        self.server.start_again_if_ended()
        self.assertEqual(self.ref(f"{NEW}.group_portal_sales_rep"), group)
        [row] = self.rpc(VISIT, "read", [visit], ["client_name", "sales_rep_id"])
        self.assertEqual((row["client_name"], row["sales_rep_id"][0]), ("Nora Newell", self.rep))
        self.assertIn(
            group, self.rpc("res.users", "read", [self.rep], ["group_ids"])[0]["group_ids"]
        )
