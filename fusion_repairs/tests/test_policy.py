import csv
from pathlib import Path

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import RepairsCase

CODES = {
    "stair_lift", "porch_lift", "lift_chair", "manual_wheelchair", "power_wheelchair",
    "power_base", "scooter", "walker", "standing_frame", "stroller", "hospital_bed",
    "patient_lift", "ramp", "seating", "other",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestPolicy(RepairsCase):
    def test_the_seeded_categories(self):
        seeded = self.env["fusion.repair.product.category"].search([("code", "in", list(CODES))])
        self.assertEqual(set(seeded.mapped("code")), CODES)
        critical = seeded.filtered("safety_critical")
        self.assertEqual(set(critical.mapped("code")), {"stair_lift", "porch_lift", "lift_chair"})
        self.assertEqual(set(critical.mapped("equipment_class")), {"lift_elevating"})
        by_serial = seeded.filtered(lambda one: one.x_fc_identity_regime == "serial")
        self.assertEqual(
            set(by_serial.mapped("code")),
            {"manual_wheelchair", "power_wheelchair", "power_base", "scooter", "walker",
             "standing_frame", "stroller"},
        )  # fmt: skip
        self.assertEqual(seeded.filtered("x_fc_maintenance_enabled"), self.category)
        self.assertEqual(self.category.maintenance_category_id.name, "Stair Lift")
        self.assertEqual(len(self.category.checklist_item_ids), 13)
        voltage = self.category.checklist_item_ids.filtered(lambda item: item.kind == "measure")
        self.assertEqual((voltage.min, voltage.max, voltage.unit), (22, 28, "V"))

    def test_figures_are_refused(self):
        for values in (
            {"x_fc_maintenance_interval_months": 0},
            {"x_fc_maintenance_interval_months": -1},
            {"x_fc_maintenance_fee": -1},
            {"x_fc_maintenance_duration_hours": 0.1},
            {"x_fc_maintenance_duration_hours": 9},
            {"x_fc_certificate_validity_months": 0},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.category.write(values)
        with self.assertRaises(ValidationError):
            self.lift.x_fc_maintenance_fee = -5
        with self.assertRaises(ValidationError):
            self.new_contract(interval_months=0)
        with self.assertRaises(ValidationError):
            self.new_contract(x_fc_maintenance_fee=-1)

    def test_a_code_is_lower_case_and_unique(self):
        made = self.env["fusion.repair.product.category"].create(
            {"name": "X", "code": " Bath_Lift "}
        )
        self.assertEqual(made.code, "bath_lift")
        self.assertEqual(made.copy().code, "bath_lift_copy")

    def test_the_policy_of_a_product(self):
        template = self.lift.product_tmpl_id
        policy = template._fc_get_maintenance_policy

        self.assertEqual((policy()["interval"], policy()["fee"]), (6, 149))
        self.lift.write({"x_fc_maintenance_interval_months": 3, "x_fc_maintenance_fee": 199})
        self.assertEqual((policy()["interval"], policy()["fee"]), (3, 199))
        self.category.x_fc_maintenance_enabled = False
        self.assertEqual(policy()["interval"], 3)
        self.lift.x_fc_maintenance_interval_months = 0
        self.assertEqual(policy()["interval"], 0)
        self.lift.x_fc_maintenance_mode = "enabled"
        self.assertEqual(policy()["interval"], 6)
        self.lift.x_fc_maintenance_mode = "excluded"
        self.assertEqual(policy()["interval"], 0)

    def test_a_warehouse_repairs_at_the_clients_home(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        kind = warehouse._fc_find_field_repairs()
        customers = self.env.ref("stock.stock_location_customers")
        self.assertEqual(kind.default_product_location_src_id, customers)
        self.assertEqual(kind.default_product_location_dest_id, customers)
        self.assertEqual(kind.default_location_src_id, warehouse.lot_stock_id)

    def test_a_new_policy_is_applied_to_chosen_contracts(self):
        first, second = self.new_contract(), self.new_contract()
        own = self.new_product(
            "Lift with its own fee", x_fc_repair_category_id=self.category.id,
            x_fc_maintenance_fee=149, x_fc_maintenance_interval_months=6,
        )  # fmt: skip
        self.new_contract(product_id=own.id)
        visit = first._confirm_booking(first._get_booking_slots()[0]["key"])
        due = first.next_due_date
        self.category.write({"x_fc_maintenance_fee": 179, "x_fc_maintenance_interval_months": 12})
        self.assertEqual(first.x_fc_maintenance_fee, 149)

        action = self.category.action_apply_policy()
        wizard = self.env["fusion.repair.policy.apply"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.contract_id, first | second)
        line = wizard.line_ids.filtered(lambda one: one.contract_id == first)
        self.assertEqual(
            (line.old_fee, line.new_fee, line.old_interval, line.new_interval), (149, 179, 6, 12)
        )
        (wizard.line_ids - line).is_chosen = False
        self.assertEqual(wizard.chosen_count, 1)
        wizard.action_apply()

        self.assertEqual((first.x_fc_maintenance_fee, first.interval_months), (179, 12))
        self.assertEqual((second.x_fc_maintenance_fee, second.interval_months), (149, 6))
        self.assertEqual((visit.x_fc_fee, first.next_due_date), (149, due))

    def test_device_types_show_where_something_brings_them(self):
        menu = self.env.ref("fusion_repairs.menu_device_types")
        lines = type(self.env["sale.order.line"])
        for has_types in (True, False):
            self.patch(lines, "_fc_has_device_types", lambda _line, answer=has_types: answer)
            hidden = self.env["ir.ui.menu"]._load_menus_blacklist()
            self.assertEqual(menu.id in hidden, not has_types)

    def test_the_templates_can_be_imported(self):
        folder = Path(__file__).parent.parent / "static" / "templates"
        for model, name, count in (
            ("fusion.repair.product.category", "equipment_categories", 2),
            ("product.template", "product_types", 2),
            ("fusion.repair.callout.rate", "callout_rates", 2),
        ):
            with self.subTest(name=name), (folder / f"{name}.csv").open(newline="") as file:
                heading, *rows = csv.reader(file)
                result = self.env[model].with_company(self.env.ref("base.main_company")).load(
                    heading, rows
                )  # fmt: skip
                self.assertEqual(result["messages"], [])
                self.assertEqual(len(result["ids"]), count)
