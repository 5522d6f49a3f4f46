import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ClaimsCase
from .test_catalogue_file import make_csv


@tagged("post_install", "-at_install")
class TestCatalogueImport(ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fusion.adp.device.code"].search([("id", "!=", cls.code.id)]).active = False
        cls.code.description = "Folding"
        cls.scooter = cls.new_code("SC1", "Scooter", 2000)
        cls.walker = cls.new_code("WA1", "Walker", 300)
        cls.gone = cls.new_code("OLD1", "Walker", 50)
        cls.gone.active = False

    @classmethod
    def new_code(cls, name, device_type, price):
        return cls.env["fusion.adp.device.code"].create(
            {
                "device_code": name,
                "device_type": device_type,
                "adp_price": price,
                "currency_id": cls.cad.id,
            }
        )

    def new_import(self, *lines, user=None, **values):
        """:return: an import of a CSV file, as the manager sees it"""
        content = make_csv("Code;Type;Description;Price", *lines)
        imports = self.env["fusion.adp.catalogue.import"].with_user(user or self.manager)
        return imports.create(
            {
                "file": base64.b64encode(content),
                "filename": "2026.csv",
                "currency_id": self.cad.id,
                **values,
            }
        )

    def full_import(self):
        return self.new_import(
            "WM100;Manual wheelchair;Folding;1100",
            "SC1;Scooter;Four wheels;2000",
            "OLD1;Walker;;60",
            "NEW1;Power base;;5000,50",
        )

    def snapshot(self):
        codes = self.env["fusion.adp.device.code"].with_context(active_test=False)
        names = ["device_code", "device_type", "description", "adp_price", "active",
                 "equipment_family", "sn_required"]  # fmt: skip
        return codes.search([], order="id").read(names)

    def kinds(self, one):
        return {line.device_code: line.kind for line in one.line_ids}

    def test_the_preview_changes_nothing(self):
        before = self.snapshot()
        one = self.full_import()
        one.action_check()
        self.assertEqual(one.state, "checked")
        self.assertEqual(
            self.kinds(one),
            {"WM100": "price", "SC1": "text", "OLD1": "back", "NEW1": "new", "WA1": "withdrawn"},
        )
        counts = ("row", "new", "price", "text", "withdrawn", "back", "unchanged")
        self.assertEqual([one[f"{name}_count"] for name in counts], [4, 1, 1, 1, 1, 1, 0])
        line = one.line_ids.filtered(lambda line: line.kind == "price")
        self.assertEqual((line.old_price, line.new_price, line.difference), (1000, 1100, 100))
        line = one.line_ids.filtered(lambda line: line.kind == "text")
        self.assertEqual(line.changes, "Description: – → Four wheels")
        self.assertEqual(self.snapshot(), before)

    def test_an_import_is_applied_once_and_kept(self):
        order = self.new_case()
        old = self.new_case()
        old.sudo().order_line.x_fc_adp_device_code_id = self.walker
        self.env.flush_all()
        one = self.full_import()
        one.action_check()
        one.action_apply()
        self.assertEqual(
            (one.state, one.done_uid, one.filename), ("done", self.manager, "2026.csv")
        )
        self.assertTrue(one.done_at)
        self.assertEqual(self.code.adp_price, 1100)
        self.assertEqual(self.scooter.description, "Four wheels")
        self.assertFalse(self.walker.active)
        self.assertTrue(self.gone.active)
        self.assertEqual(self.gone.adp_price, 60)
        new = self.env["fusion.adp.device.code"].search([("device_code", "=", "NEW1")])
        self.assertEqual(
            (new.adp_price, new.equipment_family, new.sn_required), (5000.5, "power_base", True)
        )
        self.assertEqual(order.order_line.x_fc_adp_unit_price, 1000)
        self.assertEqual(old.order_line.x_fc_adp_device_code_id, self.walker)
        with self.assertRaises(UserError):
            one.action_apply()
        with self.assertRaises(UserError):
            one.write({"is_complete": False})
        with self.assertRaises(UserError):
            one.unlink()

    def test_the_same_file_again_changes_nothing(self):
        one = self.full_import()
        one.action_check()
        one.action_apply()
        again = self.full_import()
        again.action_check()
        self.assertFalse(again.line_ids)
        self.assertEqual((again.state, again.unchanged_count), ("checked", 4))

    def test_a_part_of_the_catalogue_withdraws_nothing(self):
        one = self.new_import("WM100;;;1100", is_complete=False)
        one.action_check()
        self.assertEqual(self.kinds(one), {"WM100": "price"})
        one.action_apply()
        self.assertEqual((self.code.adp_price, self.code.description), (1100, "Folding"))
        self.assertTrue(self.walker.active)

    def test_nothing_is_applied_while_a_row_is_wrong(self):
        before = self.snapshot()
        one = self.new_import("WM100;;;1100", "NEW1;;;5", "SC1;Scooter;;cheap", "SC1;Scooter;;5")
        one.action_check()
        self.assertEqual(
            [(error[0], error[1], error[3]) for error in one.errors],
            [(3, "Type", "no_type"), (4, "Price", "not_an_amount"), (5, "Code", "twice")],
        )
        self.assertEqual((one.error_count, one.state), (3, "draft"))
        self.assertFalse(one.line_ids)
        for text in ("A new code needs a type.", "cheap", "stands on row 4 already"):
            self.assertIn(text, one.error_html)
        with self.assertRaises(UserError):
            one.action_apply()
        self.assertEqual(self.snapshot(), before)
        one.file = base64.b64encode(make_csv("Code,Price", "WM100,1100"))
        one.action_check()
        self.assertEqual((one.state, one.error_count, one.error_html), ("checked", 0, False))

    def test_many_errors_are_counted(self):
        one = self.new_import(*[f"X{number};T;;x" for number in range(250)])
        one.action_check()
        self.assertEqual((len(one.errors), one.error_count), (200, 250))
        self.assertIn("And 50 more.", one.error_html)

    def test_text_of_the_file_is_no_markup(self):
        one = self.new_import("WM100;;;<b>1</b>")
        one.action_check()
        self.assertIn("&lt;b&gt;1&lt;/b&gt;", one.error_html)

    def test_a_catalogue_that_changed_is_shown_again(self):
        one = self.full_import()
        one.action_check()
        self.code.adp_price = 1050
        notice = one.action_apply()
        self.assertEqual(notice["tag"], "display_notification")
        self.assertEqual((one.state, self.code.adp_price), ("checked", 1050))
        self.assertFalse(self.gone.active)
        line = one.line_ids.filtered(lambda line: line.kind == "price")
        self.assertEqual(line.old_price, 1050)
        one.action_apply()
        self.assertEqual((one.state, self.code.adp_price), ("done", 1100))

    def test_another_file_is_looked_at_anew(self):
        one = self.full_import()
        one.action_check()
        one.is_complete = False
        self.assertEqual((one.state, one.new_count), ("draft", 0))
        self.assertFalse(one.line_ids)

    def test_undo_puts_everything_back(self):
        self.code.write({"equipment_family": "seating", "sn_required": True})
        before = self.snapshot()
        one = self.new_import("WM100;Manual chair;Rigid;1", "OLD1;Walker;;60", "NEW1;Tray;;5")
        one.action_check()
        one.action_apply()
        self.assertEqual(self.code.equipment_family, "manual_wheelchair")
        one.action_undo()
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(one.state, "undone")
        self.assertEqual(len(one.line_ids), 5)
        with self.assertRaises(UserError):
            one.action_undo()

    def test_undo_stops_at_what_was_changed_since(self):
        one = self.full_import()
        one.action_check()
        one.action_apply()
        self.scooter.adp_price = 1
        before = self.snapshot()
        with self.assertRaisesRegex(UserError, "changed since: SC1"):
            one.action_undo()
        self.assertEqual(self.snapshot(), before)
        self.scooter.adp_price = 2000
        new = self.env["fusion.adp.device.code"].search([("device_code", "=", "NEW1")])
        self.extra.x_fc_adp_device_code_id = new
        with self.assertRaisesRegex(UserError, "use its new codes: NEW1"):
            one.action_undo()
        self.extra.x_fc_adp_device_code_id = False
        one.action_undo()
        self.assertFalse(new.exists())

    def test_only_the_newest_import_is_undone(self):
        first = self.full_import()
        first.action_check()
        first.action_apply()
        second = self.new_import("SC1;;;1", is_complete=False)
        second.action_check()
        second.action_apply()
        with self.assertRaisesRegex(UserError, "applied later"):
            first.action_undo()
        second.action_undo()
        first.action_undo()
        self.assertEqual(self.scooter.adp_price, 2000)

    def test_serial_numbers_as_the_file_says(self):
        one = self.new_import(is_complete=False)
        one.file = base64.b64encode(
            make_csv("Code,Type,Price,Serial,Effective Date", "WA1,Walking frame,300,no,2026-04-01")
        )
        self.walker.sn_required = False
        one.action_check()
        one.action_apply()
        self.assertEqual(
            (self.walker.sn_required, self.walker.effective_date), (False, date(2026, 4, 1))
        )

    def test_who_may_import(self):
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "fc_portal_import",
                "group_ids": [Command.set([self.env.ref("base.group_portal").id])],
            }
        )
        one = self.full_import()
        one.action_check()
        for user in (self.clerk, self.rep, portal):
            with self.assertRaises(AccessError):
                self.new_import("WM100;;;1", user=user)
            for call in ("action_check", "action_apply", "action_undo"):
                with self.assertRaises(AccessError):
                    getattr(one.with_user(user), call)()
        self.assertEqual(self.code.adp_price, 1000)

    def test_what_was_found_cannot_be_edited(self):
        one = self.full_import()
        one.action_check()
        for values in ({"state": "done"}, {"new_count": 9}, {"line_ids": [Command.clear()]}):
            with self.assertRaises(AccessError):
                one.write(values)
            with self.assertRaises(AccessError):
                self.new_import("WM100;;;1", **values)
        with self.assertRaises(AccessError):
            one.line_ids[0].write({"values": {"adp_price": 0}})
        self.assertEqual(one.state, "checked")

    def test_a_manager_of_another_company_shares_the_catalogue(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write({"company_id": company.id, "company_ids": [Command.set(company.ids)]})
        order = self.new_case(company_id=self.company.id)
        one = self.full_import()
        one.action_check()
        one.action_apply()
        new = self.env["fusion.adp.device.code"].search([("device_code", "=", "NEW1")])
        order.sudo().order_line.x_fc_adp_device_code_id = new
        with self.assertRaisesRegex(UserError, "use its new codes: NEW1"):
            one.action_undo()

    def test_statements_per_row_do_not_grow(self):
        def count(rows):
            lines = [f"N{rows}-{row};Walker {row % 7};Row;{row}" for row in range(rows)]
            one = self.new_import(*lines, is_complete=False)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            one.action_check()
            one.action_apply()
            self.env.flush_all()
            after = self.env.cr.sql_log_count
            changed = [line.replace(";Row;", ";Other;") + "0" for line in lines]
            two = self.new_import(*changed, is_complete=False)
            two.action_check()
            two.action_apply()
            two.action_undo()
            self.env.flush_all()
            return after - before, self.env.cr.sql_log_count - after

        count(10)
        few, many = count(300), count(600)
        for once, twice in zip(few, many, strict=True):
            self.assertLessEqual(twice / 600, once / 300)
            self.assertLess(twice, 600)
