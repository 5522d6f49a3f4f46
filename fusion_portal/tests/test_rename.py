from psycopg2.errors import RaiseException

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open, mute_logger

OLD, NEW = "fusion_authorizer_portal", "fusion_portal"


@tagged("post_install", "-at_install")
class TestRename(TransactionCase):
    """The script on this very database, turned back to the old name first."""

    def run_script(self):
        self.env.flush_all()
        with file_open(f"{NEW}/rename_module.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()

    def counts(self, name):
        tables = {
            "ir_module_module": "name = %(name)s",
            "ir_model_data": "module = %(name)s",
            "ir_module_module_dependency": "name = %(name)s",
            "ir_ui_view": "starts_with(key, %(name)s || '.')",
            "ir_config_parameter": "starts_with(key, %(name)s || '.')",
        }
        found = {}
        for table, condition in tables.items():
            self.env.cr.execute(f"SELECT count(*) FROM {table} WHERE {condition}", {"name": name})
            found[table] = self.env.cr.fetchone()[0]
        return found

    def turn_back(self):
        self.env.flush_all()
        for query in (
            "UPDATE ir_module_module SET name = %(old)s WHERE name = %(new)s",
            "UPDATE ir_model_data SET module = %(old)s WHERE module = %(new)s",
            "UPDATE ir_model_data SET name = 'module_' || %(old)s "
            "WHERE module = 'base' AND name = 'module_' || %(new)s",
            "UPDATE ir_module_module_dependency SET name = %(old)s WHERE name = %(new)s",
            "UPDATE ir_ui_view SET key = replace(key, %(new)s || '.', %(old)s || '.'), "
            "arch_fs = replace(arch_fs, %(new)s || '/', %(old)s || '/') "
            "WHERE starts_with(key, %(new)s || '.')",
            "UPDATE ir_config_parameter SET key = replace(key, %(new)s || '.', %(old)s || '.') "
            "WHERE starts_with(key, %(new)s || '.')",
        ):
            self.env.cr.execute(query, {"old": OLD, "new": NEW})

    def add_new_row(self, state):
        self.env.cr.execute(
            "INSERT INTO ir_module_module (name, state) VALUES (%s, %s) RETURNING id", [NEW, state]
        )
        module_id = self.env.cr.fetchone()[0]
        self.env.cr.execute(
            "INSERT INTO ir_module_module_dependency (module_id, name) VALUES (%s, 'base')",
            [module_id],
        )
        self.env.cr.execute(
            "INSERT INTO ir_model_data (module, name, model, res_id) "
            "VALUES ('base', %s, 'ir.module.module', %s)",
            [f"module_{NEW}", module_id],
        )

    def test_nothing_to_rename(self):
        before = self.counts(NEW)
        self.run_script()
        self.assertEqual(self.counts(NEW), before)

    def test_everything_has_the_new_name(self):
        before = self.counts(NEW)
        group = self.env.ref(f"{NEW}.group_portal_sales_rep")
        self.turn_back()
        self.add_new_row("uninstalled")
        for _turn in range(2):
            self.run_script()
        self.assertEqual(self.counts(NEW), before)
        self.assertEqual(set(self.counts(OLD).values()), {0})
        self.env.registry.clear_cache()
        self.assertEqual(self.env.ref(f"{NEW}.group_portal_sales_rep"), group)
        module = self.env["ir.module.module"].search([("name", "=", NEW)])
        self.assertEqual((len(module), module.state), (1, "installed"))
        self.assertEqual(self.env.ref(f"base.module_{NEW}"), module)

    def test_both_installed_is_refused(self):
        self.turn_back()
        self.add_new_row("installed")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RaiseException),
            self.env.cr.savepoint(flush=False),
        ):
            self.run_script()
        self.assertEqual(self.counts(OLD)["ir_module_module"], 1)
