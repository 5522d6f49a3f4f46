from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RepairsCase

NOW = datetime(2031, 3, 17, 15)  # a Monday, 11:00 in Toronto


class DashboardCase(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = new_test_user(
            cls.env, "office", "fusion_repairs.group_manager", company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip
        cls.Dashboard = cls.env["fusion.repair.dashboard"].with_user(cls.office)

    @classmethod
    def finish(cls, job, price=0):
        if price:
            service = cls.new_product("Work", type="service")
            order = cls.env["sale.order"].create(
                {
                    "partner_id": cls.client.id,
                    "company_id": cls.company.id,
                    "repair_order_ids": [Command.link(job.id)],
                    "order_line": [Command.create({"product_id": service.id, "price_unit": price})],
                }
            )
            order.action_confirm()
        job._action_repair_confirm()
        job.action_repair_start()
        job.action_repair_end()
        return job

    @classmethod
    def date_back(cls, job, moment):
        """The database writes the moment of its transaction, whatever the frozen clock says."""
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE repair_order SET create_date = %s WHERE id = %s", (moment, job.id)
        )
        job.invalidate_recordset(["create_date"])

    @classmethod
    def fill(cls):
        """Jobs and contracts of which every number below is counted by hand."""
        cls.new_job()
        cls.new_job().x_fc_quote_state = "sent"
        cls.new_job()._action_repair_confirm()
        unit = {"product_id": cls.lift.id, "serial": "SL-77"}
        cls.fixed = cls.new_job(**unit)
        cls.date_back(cls.fixed, NOW - timedelta(days=2))
        cls.finish(cls.fixed, price=200)
        other = cls.new_job(product_id=cls.lift.id, serial="SL-78")
        cls.date_back(other, NOW)
        cls.finish(other, price=100.5)
        cls.new_contract(next_due_date=date(2031, 4, 10))
        cls.new_contract(next_due_date=date(2031, 3, 10))
        cls.new_contract(next_due_date=date(2031, 6, 1))
        booked = cls.new_contract(next_due_date=date(2031, 4, 1),
                                  last_reminder_date=date(2031, 3, 2),
                                  last_reminder_band="30")  # fmt: skip
        cls.visit = booked._confirm_booking(booked._get_booking_slots()[0]["key"])


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCase):
    def data(self, **period):
        self.env.flush_all()
        return self.Dashboard.get_dashboard_data(**period)

    def test_every_number_and_its_list(self):
        with freeze_time(NOW):
            self.fill()
            data = self.data()
            values = {
                key: {name: number["value"] for name, number in data[key].items()}
                for key in ("repairs", "maintenance", "revenue", "quality", "parts", "plans",
                            "certificates")
            }  # fmt: skip
            for key in values:
                for name, number in data[key].items():
                    found = self.env[number["model"]].search_count(number["domain"])
                    if isinstance(number["value"], int) and name != "month":
                        self.assertEqual(found, number["value"], f"{key} {name}")

        repairs = values["repairs"]
        self.assertEqual((repairs["new"], repairs["quote"]), (1, 1))
        self.assertEqual((repairs["to_schedule"], repairs["without_schedule"]), (1, 1))
        self.assertEqual((repairs["scheduled"], repairs["done"]), (1, 2))
        maintenance = values["maintenance"]
        self.assertEqual((maintenance["due_30"], maintenance["overdue"]), (2, 1))
        self.assertEqual(maintenance["booked_share"], 0.3333)
        self.assertEqual((maintenance["sent"], maintenance["conversion"]), (1, 1))
        self.assertEqual(values["revenue"], {"month": 300.5, "repair": 300.5})
        self.assertEqual(values["quality"]["first_time_fix"], 1)
        self.assertEqual(values["quality"]["days_to_done"], 1.0)
        self.assertFalse(values["quality"]["rating"])
        self.assertEqual(data["period"], ["2031-03-01", "2031-03-17"])

    def test_a_unit_that_comes_back_was_not_fixed(self):
        with freeze_time(NOW):
            self.fill()
        with freeze_time(NOW + timedelta(days=5)):
            again = self.new_job(equipment_id=self.fixed.x_fc_equipment_id.id)
            self.date_back(again, NOW + timedelta(days=5))
            self.assertEqual(self.data()["quality"]["first_time_fix"]["value"], 0.5)

    def test_the_period_bounds_what_was_done(self):
        with freeze_time(NOW):
            self.fill()
            before = self.data(date_from="2031-02-01", date_to="2031-02-28")
            self.assertEqual(before["repairs"]["done"]["value"], 0)
            self.assertEqual(before["revenue"]["month"]["value"], 0)
            day = self.data(date_from="2031-03-17", date_to="2031-03-17")
            self.assertEqual(day["repairs"]["done"]["value"], 2)

    def test_late_is_what_was_planned_before_today(self):
        with freeze_time(NOW):
            self.new_job().schedule_date = NOW
            late = self.new_job()
            late.schedule_date = NOW - timedelta(hours=12)  # yesterday evening in Toronto
            number = self.data()["repairs"]["late"]
        self.assertEqual(number["value"], 1)
        self.assertEqual(self.env["repair.order"].search(number["domain"]), late)

    def test_today_per_technician(self):
        with freeze_time(NOW):
            for hour, status in ((13, "scheduled"), (14, "scheduled"), (15, "cancelled")):
                self.Task.create(
                    {
                        "summary": "Visit",
                        "technician_id": self.ann.id,
                        "datetime_start": datetime(2031, 3, 17, hour),
                        "datetime_end": datetime(2031, 3, 17, hour, 30),
                        "company_id": self.company.id,
                        "status": status,
                    }
                )
            rows = self.data()["today"]
        self.assertEqual(
            [(row["name"], row["value"], row["done"]) for row in rows],
            [(self.ann.name, 2, 0)],
        )

    def test_steps_and_warnings(self):
        data = self.data()
        done = {step["code"]: step["done"] for step in data["setup"]}
        self.assertEqual(done, {"types": True, "products": True, "technicians": True,
                                "rates": False, "backfill": False})  # fmt: skip
        for step in data["setup"]:
            self.env.ref(step["action"])
        self.assertEqual(data["warnings"], [])
        kind = self.env["hr.skill.type"].create(
            {"name": "Lifts", "skill_ids": [Command.create({"name": "Stair lifts"})],
             "skill_level_ids": [Command.create({"name": "Yes", "level_progress": 100})]}
        )  # fmt: skip
        self.category.x_fc_maintenance_skill_id = kind.skill_ids
        self.assertEqual(
            self.data()["warnings"], [f"No technician may maintain {self.category.name} today."]
        )

    def test_the_office_of_this_company_alone(self):
        with freeze_time(NOW):
            self.fill()
            other = self.env["res.company"].create({"name": "Elsewhere"})
            self.office.write({"company_ids": [Command.link(other.id)], "company_id": other.id})
            data = self.Dashboard.with_company(other).get_dashboard_data()
        self.assertEqual({one["value"] for one in data["repairs"].values()}, {0})
        self.assertEqual(data["today"], [])
        field = new_test_user(self.env, "field", "fusion_repairs.group_field")
        for user in (field, new_test_user(self.env, "portal", "base.group_portal")):
            with self.assertRaises(AccessError):
                self.Dashboard.with_user(user).get_dashboard_data()

    def test_at_most_thirty_queries(self):
        with freeze_time(NOW):
            self.fill()
            self.data()
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(30):
                self.Dashboard.get_dashboard_data()

    def test_a_type_is_proposed_by_the_name(self):
        names = {
            "Straight Stair Lifts 900": ("stair_lift", False),
            "Power Wheelchair, mid-wheel": ("power_wheelchair", False),
            "Stair lift rail 2 m": ("stair_lift", True),
            "Teapot": (False, False),
        }
        for name, (code, is_accessory) in names.items():
            product = self.new_product(name).product_tmpl_id
            self.assertEqual(product.x_fc_proposed_category_id.code, code, name)
            self.assertEqual(product.x_fc_is_likely_accessory, is_accessory, name)
        products = self.env["product.template"].search([("name", "in", list(names))])
        products.action_fc_accept_proposal()
        self.assertEqual(len(products.filtered("x_fc_repair_category_id")), 3)
        products[0].action_fc_exclude()
        self.assertEqual(products[0].x_fc_maintenance_mode, "excluded")
