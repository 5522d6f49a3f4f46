from operator import attrgetter

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RepairsCase

#: Who may: technician, office, manager, staff, portal.
SERVICE = (True, True, True, False, False)
OFFICE = (False, True, True, False, False)
MANAGER = (False, False, True, False, False)
NOBODY = (False, False, False, False, False)
#: Record of the test case or name of a model: who may do what with it.
MAINTENANCE = {
    "category": {"read": SERVICE, "write": MANAGER, "unlink": NOBODY},
    "category.checklist_item_ids": {"read": SERVICE, "write": MANAGER},
    "mine": {"read": SERVICE, "write": OFFICE, "unlink": NOBODY},
    "other": {"read": OFFICE},
    "visit": {"write": SERVICE, "unlink": NOBODY},
    "other_visit": {"read": OFFICE},
    "visit.checklist_line_ids": {"write": SERVICE},
    "other_visit.checklist_line_ids": {"read": OFFICE},
    "certificate": {"read": OFFICE, "write": MANAGER},
    "log": {"read": OFFICE, "write": NOBODY},
    "mine.equipment_id": {"read": SERVICE, "write": OFFICE},
}
JOBS = {
    "symptom": {"read": SERVICE, "write": MANAGER, "unlink": NOBODY},
    "questions": {"read": SERVICE, "write": MANAGER},
    "questions.question_ids": {"write": MANAGER},
    "fusion.repair.intake.wizard": {"create": OFFICE},
    "fusion.repair.intake.wizard.answer": {"create": OFFICE},
    "answer": {"read": OFFICE, "write": OFFICE},
    "quote_line": {"read": OFFICE, "write": OFFICE},
    "rate": {"read": OFFICE, "write": MANAGER},
    "warranty": {"read": OFFICE, "write": MANAGER},
    "plan": {"read": OFFICE, "write": MANAGER},
    "subscription": {"read": OFFICE, "write": MANAGER, "unlink": NOBODY},
    "burn": {"read": OFFICE, "write": NOBODY},
    "labour": {"write": SERVICE, "unlink": NOBODY},
    "other_labour": {"read": OFFICE},
    "backfill": {"read": MANAGER, "unlink": NOBODY},
    "backfill.line_ids": {"write": MANAGER},
    "fusion.repair.maintenance.backfill.wizard": {"create": MANAGER},
    "device": {"read": OFFICE, "write": MANAGER},
    "chart": {"read": SERVICE, "write": MANAGER},
    "chart.node_ids": {"write": MANAGER},
    "chart.node_ids.edge_ids": {"write": MANAGER},
    "session_run": {"write": OFFICE, "unlink": NOBODY},
    "payment": {"read": SERVICE, "write": OFFICE, "unlink": NOBODY},
    "other_payment": {"read": OFFICE},
    "fusion.repair.payment.collect": {"create": SERVICE},
    "fusion.repair.contract.cancel": {"create": OFFICE},
    "recall": {"read": OFFICE, "write": MANAGER, "create": MANAGER, "unlink": NOBODY},
    "recall.line_ids": {"read": OFFICE, "write": OFFICE, "create": MANAGER, "unlink": NOBODY},
    "share": {"read": OFFICE, "write": NOBODY},
    "fusion.repair.policy.apply": {"create": MANAGER},
    "fusion.repair.policy.apply.line": {"create": MANAGER},
    "fusion.repair.quality": {"read": OFFICE, "write": NOBODY},
    "fusion.repair.rate.try": {"create": OFFICE},
    "fusion.repair.visit.report.part": {"create": SERVICE},
    "fusion.repair.visit.report.wizard": {"create": SERVICE},
}


@tagged("post_install", "-at_install")
class TestSecurity(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.new_user("Olga", "fusion_repairs.group_user")
        cls.manager = cls.new_user("Mona", "fusion_repairs.group_manager")
        cls.staff = cls.new_user("Stan", "base.group_user")
        cls.portal = cls.new_user("Pia", "base.group_portal")
        cls.ann.group_ids = [(4, cls.env.ref("fusion_repairs.group_field").id)]
        cls.people = (cls.ann, cls.office, cls.manager, cls.staff, cls.portal)
        cls.make_maintenance()
        cls.make_jobs()
        cls.make_coverage()
        cls.make_backfill()

    @classmethod
    def make_maintenance(cls):
        cls.mine, cls.other = cls.new_contract(), cls.new_contract()
        cls.visit, cls.other_visit = cls.env["fusion.repair.maintenance.visit"].create(
            [
                {
                    "contract_id": contract.id,
                    "equipment_id": contract.equipment_id.id,
                    "partner_id": cls.client.id,
                    "technician_id": technician.id,
                    "company_id": cls.company.id,
                    "checklist_line_ids": [(0, 0, {"label": "Brake"})],
                }
                for contract, technician in ((cls.mine, cls.ann), (cls.other, cls.bob))
            ]
        )
        cls.certificate = cls.env["fusion.repair.inspection.certificate"].create(
            {
                "equipment_id": cls.mine.equipment_id.id,
                "technician_id": cls.bob.id,
                "inspection_date": "2031-03-17",
                "expiry_date": "2032-03-17",
                "result": "pass",
                "company_id": cls.company.id,
            }
        )
        cls.log = cls.env["fusion.repair.booking.log"].create(
            {"contract_id": cls.mine.id, "event": "confirm"}
        )

    @classmethod
    def make_jobs(cls):
        cls.symptom = cls.env.ref("fusion_repairs.symptom_stair_lift_stops")
        cls.questions = cls.env.ref("fusion_repairs.intake_template_general")
        cls.job = cls.new_job()
        cls.answer = cls.env["fusion.repair.intake.answer"].create(
            {"repair_id": cls.job.id, "label": "Since when?", "value": "Monday"}
        )
        cls.rate = cls.new_rate()
        cls.quote_line = cls.job._fc_compute_quote()[:1]
        cls.labour, cls.other_labour = cls.env["fusion.repair.labour.line"].create(
            [
                {"repair_id": cls.job.id, "technician_id": technician.id}
                for technician in (cls.ann, cls.bob)
            ]
        )

        cls.share = cls.env["fusion.repair.equipment.share"].create(
            {"equipment_id": cls.mine.equipment_id.id, "email": "care@example.com",
             "company_id": cls.company.id}
        )  # fmt: skip
        cls.chart = cls.env.ref("fusion_repairs.flowchart_stair_dead")
        cls.session_run = cls.chart._run_start(cls.job)
        cls.payment, cls.other_payment = cls.env["fusion.repair.payment"].create(
            [
                {"repair_id": cls.job.id, "amount": 20, "currency_id": cls.rate.currency_id.id,
                 "method": "cash", "collected_by": technician.id}
                for technician in (cls.ann, cls.bob)
            ]
        )  # fmt: skip

    @classmethod
    def make_coverage(cls):
        cls.subscription = cls.new_subscription()
        cls.plan = cls.subscription.plan_id
        cls.burn = cls.subscription._burn(cls.job)
        cls.warranty = cls.env["fusion.repair.labor.warranty"].create(
            {
                "partner_id": cls.client.id,
                "product_id": cls.lift.id,
                "date_start": "2026-01-10",
                "date_end": "2027-01-09",
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def make_backfill(cls):
        cls.backfill = cls.env["fusion.repair.backfill.run"].create({"company_id": cls.company.id})
        cls.backfill.line_ids = [(0, 0, {"action": "skip", "product_id": cls.lift.id})]
        cls.recall = cls.env["fusion.repair.recall"].create(
            {
                "name": "Swivel lock",
                "category_ids": [(6, 0, cls.category.ids)],
                "company_id": cls.company.id,
            }
        )
        cls.recall.action_find_units()
        cls.device = cls.env["fusion.repair.device.type.map"].create(
            {"device_type": "Glider", "category_id": cls.category.id}
        )

    def check(self, table):
        for name, rights in table.items():
            record = self.env[name] if name in self.env else attrgetter(name)(self)[:1]
            for operation, expected in rights.items():
                with self.subTest(record=name, operation=operation):
                    found = [record.with_user(one).has_access(operation) for one in self.people]
                    self.assertEqual(tuple(found), expected)

    def test_who_may_do_what_in_maintenance(self):
        self.check(MAINTENANCE)

    def test_who_may_do_what_on_jobs(self):
        self.check(JOBS)

    def test_a_technician_makes_no_price(self):
        self.job.user_id = self.ann
        self.visit.x_fc_fee = 149
        task = self.new_task(self.ann, 9)
        line = self.visit.checklist_line_ids
        for record, values in (
            (self.visit, {"x_fc_fee": 0}),
            (self.visit, {"contract_id": self.other.id}),
            (self.visit, {"sale_order_id": self.new_order(self.lift, confirm=False).id}),
            (self.visit, {"plan_burn_id": self.burn.id}),
            (self.visit, {"rolled_forward": True}),
            (self.visit, {"state": "done"}),
            (line, {"mandatory": False}),
            (line, {"label": "Seat"}),
            (line, {"visit_id": self.other_visit.id}),
            (self.visit, {"checklist_line_ids": [Command.update(line.id, {"label": "Seat"})]}),
            (self.labour, {"repair_id": self.job.copy().id}),
            (self.labour, {"minutes": 1}),
            (self.labour, {"corrected_by": self.bob.id}),
            (self.job, {"x_fc_quote_state": "approved"}),
            (self.job, {"x_fc_estimated_minutes": 5}),
            (self.job, {"under_warranty": True}),
            (self.job, {"x_fc_plan_subscription_id": self.subscription.id}),
            (self.job, {"x_fc_labor_warranty_id": self.warranty.id}),
            (self.job, {"x_fc_paid_state": "paid"}),
            (self.job, {"x_fc_amount_due": 5}),
            (self.job, {"partner_id": self.client.copy().id}),
            (task, {"x_fc_repair_id": self.job.id}),
            (task, {"x_fc_maintenance_contract_id": self.other.id}),
            (task, {"res_model": "repair.order", "res_id": self.job.id}),
        ):
            with self.subTest(model=record._name, values=values):
                self.env.flush_all()
                names = [name for name in values if name != "checklist_line_ids"]
                before = record.read(names)
                with self.assertRaises(AccessError):
                    record.with_user(self.ann).write(values)
                self.env.invalidate_all()
                self.assertEqual(record.read(names), before)
                self.assertEqual(line.label, "Brake")
        self.visit.with_user(self.office).x_fc_fee = 99
        self.assertEqual(self.visit.x_fc_fee, 99)

    def test_a_technician_makes_no_price_with_a_new_record(self):
        self.job.user_id = self.ann
        for running in self.labour | self.other_labour:
            running.stop = running.start
        job, labour = {"user_id": self.ann.id}, {"repair_id": self.job.id}
        jobs, lines = self.env["repair.order"], self.env["fusion.repair.labour.line"]
        for model, values in (
            (jobs, {**job, "partner_id": self.client.id}),
            (jobs, {**job, "sale_order_id": self.new_order(self.lift, confirm=False).id}),
            (jobs, {**job, "under_warranty": True}),
            (jobs, {**job, "x_fc_estimated_minutes": 5}),
            (jobs, {**job, "x_fc_labour_minutes": 5}),
            (jobs, {**job, "x_fc_labor_warranty_id": self.warranty.id}),
            (jobs, {**job, "x_fc_plan_subscription_id": self.subscription.id}),
            (jobs, {**job, "x_fc_maintenance_contract_id": self.mine.id}),
            (jobs, {**job, "x_fc_maintenance_visit_id": self.visit.id}),
            (jobs, {**job, "x_fc_paid_state": "paid"}),
            (jobs, {**job, "x_fc_quote_state": "approved"}),
            (jobs, {**job, "x_fc_quote_total": 5}),
            (jobs, {**job, "x_fc_quote_line_ids": [Command.create({"kind": "labour"})]}),
            (lines, {**labour, "minutes": 1}),
            (lines, {**labour, "is_cut": True}),
            (lines, {**labour, "corrected_by": self.bob.id}),
            (lines, {**labour, "technician_id": self.bob.id}),
            (lines, {"repair_id": self.new_job().id}),
            (self.env["fusion.repair.maintenance.visit"],
             {"contract_id": self.mine.id, "partner_id": self.client.id}),
            (self.env["fusion.repair.maintenance.checklist.line"],
             {"visit_id": self.visit.id, "label": "Seat"}),
            (self.env["fusion.technician.task"], {"summary": "Mine", "technician_id": self.ann.id}),
        ):  # fmt: skip
            with self.subTest(model=model._name, values=values):
                before = model.search_count([])
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    model.with_user(self.ann).create(values)
                self.assertEqual(model.search_count([]), before)
        with self.assertRaises(AccessError):
            self.job.with_user(self.ann).copy()

    def test_what_a_technician_may_begin(self):
        """A job without a client for the office to complete, and time on an own job."""
        self.job.user_id = self.ann
        self.labour.stop = self.labour.start
        ann = self.env["repair.order"].with_user(self.ann)
        job = ann.create(
            {
                "user_id": self.ann.id,
                "x_fc_category_id": self.category.id,
                "x_fc_problem": "It beeps.",
                "x_fc_quote_state": "none",
                "x_fc_quote_line_ids": [],
                "under_warranty": False,
            }
        )
        self.assertEqual((job.x_fc_problem, job.partner_id.id), ("It beeps.", False))
        self.job.with_user(self.ann).action_timer_start()
        running = self.job.x_fc_labour_line_ids.filtered(lambda line: not line.stop)
        self.assertIn(self.ann, running.technician_id)
        self.job.with_user(self.ann).action_timer_stop()
        times = {"start": "2031-03-17 08:00:00", "stop": "2031-03-17 08:20:00"}
        lines = self.env["fusion.repair.labour.line"].with_user(self.ann)
        line = lines.create({"repair_id": self.job.id, "minutes": 20, **times})
        self.assertEqual((line.minutes, line.corrected_by), (20, self.ann))
        by_office = {"repair_id": self.job.id, "technician_id": self.bob.id, **times}
        self.assertEqual(lines.with_user(self.office).create(by_office).corrected_by, self.office)

    def test_a_technician_reports(self):
        self.job.user_id = self.ann
        line = self.visit.checklist_line_ids
        self.visit.with_user(self.ann).write(
            {
                "findings": "<p>Worn</p>",
                "outcome": "ok",
                "signed_by": "Clara",
                "checklist_line_ids": [Command.update(line.id, {"result": "pass"})],
            }
        )
        self.assertEqual((line.result, self.visit.signed_by), ("pass", "Clara"))
        self.job.with_user(self.ann).x_fc_findings = "Dry rail"
        self.assertIn("Dry rail", self.job.x_fc_findings)
        self.job.with_user(self.ann).action_timer_stop()
        self.assertTrue(self.labour.stop)
        self.assertFalse(self.labour.corrected_by)
        self.labour.with_user(self.ann).write(
            {"start": "2031-03-17 08:00:00", "stop": "2031-03-17 09:00:00"}
        )
        self.assertEqual((self.labour.minutes, self.labour.corrected_by), (60, self.ann))

    def test_every_model_is_in_the_table(self):
        found = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "fusion_repairs" and not model._abstract
        }
        self.assertEqual(
            found,
            {
                "fusion.repair.product.category",
                "fusion.repair.checklist.template.item",
                "fusion.repair.maintenance.contract",
                "fusion.repair.maintenance.visit",
                "fusion.repair.maintenance.checklist.line",
                "fusion.repair.inspection.certificate",
                "fusion.repair.booking.log",
                "fusion.repair.symptom",
                "fusion.repair.intake.template",
                "fusion.repair.intake.question",
                "fusion.repair.intake.answer",
                "fusion.repair.intake.wizard",
                "fusion.repair.intake.wizard.answer",
                "fusion.repair.callout.rate",
                "fusion.repair.quality",
                "fusion.repair.quote.line",
                "fusion.repair.labor.warranty",
                "fusion.repair.service.plan",
                "fusion.repair.service.plan.subscription",
                "fusion.repair.service.plan.burn",
                "fusion.repair.labour.line",
                "fusion.repair.backfill.run",
                "fusion.repair.backfill.line",
                "fusion.repair.maintenance.backfill.wizard",
                "fusion.repair.device.type.map",
                "fusion.repair.flowchart",
                "fusion.repair.flowchart.node",
                "fusion.repair.flowchart.edge",
                "fusion.repair.flowchart.session",
                "fusion.repair.equipment.share",
                "fusion.repair.policy.apply",
                "fusion.repair.policy.apply.line",
                "fusion.repair.rate.try",
                "fusion.repair.payment",
                "fusion.repair.payment.collect",
                "fusion.repair.recall",
                "fusion.repair.recall.line",
                "fusion.repair.contract.cancel",
                "fusion.repair.visit.report.wizard",
                "fusion.repair.visit.report.part",
            },
        )

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.office.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        for record in (
            self.mine, self.visit, self.certificate, self.log, self.mine.equipment_id, self.job,
            self.rate, self.quote_line, self.warranty, self.subscription, self.burn, self.labour,
            self.answer, self.payment, self.session_run, self.share, self.recall,
            self.recall.line_ids,
        ):  # fmt: skip
            found = record.with_user(self.office).with_context(allowed_company_ids=other.ids)
            self.assertFalse(found.search([("id", "in", record.ids)]))
        self.manager.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        for record in (self.backfill, self.backfill.line_ids):
            found = record.with_user(self.manager).with_context(allowed_company_ids=other.ids)
            self.assertFalse(found.search([("id", "in", record.ids)]))
