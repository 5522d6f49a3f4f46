from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RepairsCase


class FlowchartCase(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Chart = cls.env["fusion.repair.flowchart"]
        cls.chart = cls.new_chart()

    @classmethod
    def new_chart(cls, **values):
        """:return: is it on? no: turn it on, solved; yes: a visit"""
        chart = cls.Chart.create({"name": "Dead", "category_id": cls.category.id, **values})
        nodes = cls.env["fusion.repair.flowchart.node"].create(
            [
                {"flowchart_id": chart.id, "kind": "question", "text": "Is it on?"},
                {"flowchart_id": chart.id, "kind": "instruction", "text": "Turn it on."},
                {"flowchart_id": chart.id, "kind": "outcome", "text": "Fine.",
                 "outcome": "resolved"},
                {"flowchart_id": chart.id, "kind": "outcome", "text": "We come.",
                 "outcome": "book_visit",
                 "symptom_id": cls.env.ref("fusion_repairs.symptom_stair_lift_stops").id},
            ]
        )  # fmt: skip
        cls.link(nodes[0], nodes[3], "Yes")
        cls.link(nodes[0], nodes[1], "No")
        cls.link(nodes[1], nodes[2], "Done")
        chart.start_node_id = nodes[0]
        return chart

    @classmethod
    def link(cls, source, target, label):
        return cls.env["fusion.repair.flowchart.edge"].create(
            {"node_id": source.id, "target_id": target.id, "label": label}
        )


@tagged("post_install", "-at_install")
class TestFlowchart(FlowchartCase):
    def codes(self, chart):
        names = {node.id: node.text for node in chart.node_ids}
        return [(names.get(one["node_id"]), one["text"]) for one in chart._find_faults()]

    def test_a_complete_chart_is_published_and_frozen(self):
        self.chart.action_publish()
        self.assertEqual(self.chart.state, "published")
        for record, values in (
            (self.chart, {"name": "Other"}),
            (self.chart.node_ids[0], {"text": "Other"}),
            (self.chart.node_ids.edge_ids[0], {"label": "Other"}),
        ):
            with self.subTest(model=record._name), self.assertRaises(UserError):
                record.write(values)
        with self.assertRaises(UserError):
            self.chart.node_ids[0].unlink()
        with self.assertRaises(UserError):
            self.chart.unlink()
        self.assertEqual(self.chart.node_ids[0].text, "Is it on?")

    def test_what_keeps_a_chart_from_being_published(self):
        question, step, solved, visit = self.chart.node_ids
        cases = (
            (lambda: question.edge_ids[0].unlink(), ("Is it on?", "A question needs two answers.")),
            (lambda: self.link(step, visit, "Or"),
             ("Turn it on.", "A step needs exactly one next step.")),
            (lambda: step.edge_ids.unlink(),
             ("Turn it on.", "A step needs exactly one next step.")),
            (lambda: self.link(solved, visit, "More"), ("Fine.", "An end has no next step.")),
            (lambda: visit.write({"outcome": False}), ("We come.", "Choose how it ends.")),
            (lambda: self.chart.node_ids.create(
                {"flowchart_id": self.chart.id, "kind": "outcome", "text": "Alone",
                 "outcome": "resolved"}), ("Alone", "No way leads here.")),
            (lambda: step.edge_ids.write({"target_id": question.id}),
             ("Is it on?", "The way goes round in a circle here.")),
            (lambda: self.chart.write({"start_node_id": False}), (None, "Choose the first step.")),
            (lambda: (self.chart.write({"client_safe": True}), step.write({"staff_only": True})),
             ("Turn it on.", "A chart for clients holds no step for staff alone.")),
        )  # fmt: skip
        for spoil, expected in cases:
            with self.subTest(expected=expected):
                savepoint = self.env.cr.savepoint()
                spoil()
                self.assertIn(expected, self.codes(self.chart))
                with self.assertRaisesRegex(UserError, expected[1]):
                    self.chart.action_publish()
                self.assertEqual(self.chart.state, "draft")
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assertEqual(self.codes(self.chart), [])

    def test_an_arrow_stays_in_its_chart(self):
        other = self.new_chart()
        with self.assertRaises(ValidationError):
            self.link(self.chart.node_ids[0], other.node_ids[0], "Away")

    def test_a_run_goes_forth_and_back(self):
        self.chart.action_publish()
        session = self.chart._run_start(self.new_job())
        step = session._get_state()["node"]
        self.assertEqual((step["text"], step["kind"], step["outcome"]),
                         ("Is it on?", "question", False))  # fmt: skip
        yes, no = step["choices"]
        self.assertEqual((yes["label"], no["label"]), ("Yes", "No"))
        with self.assertRaises(UserError):
            session.action_finish()
        self.assertEqual(session._choose(no["id"])["text"], "Turn it on.")
        with self.assertRaises(UserError):
            session._choose(yes["id"])
        self.assertEqual(session._back()["text"], "Is it on?")
        self.assertEqual(session._back()["text"], "Is it on?")
        session._choose(no["id"])
        done = session._get_state()["node"]["choices"][0]
        self.assertEqual(session._choose(done["id"])["outcome"], "resolved")
        self.assertEqual(session.outcome, "resolved")
        self.assertEqual([step["edge_id"] for step in session.path], [no["id"], done["id"]])
        self.assertIn("Is it on? → No | Turn it on. → Done | Solved", session._get_summary())

    def test_a_running_session_keeps_its_version(self):
        self.chart.action_publish()
        session = self.chart._run_start()
        action = self.chart.action_new_version()
        draft = self.Chart.browse(action["params"]["flowchart_id"])
        self.assertEqual((draft.version, draft.state, len(draft.node_ids)), (2, "draft", 4))
        self.assertEqual(self.chart.action_new_version(), action)
        draft.node_ids[0].text = "Does the light burn?"
        draft.action_publish()
        self.assertEqual((self.chart.state, draft.state), ("archived", "published"))
        self.assertEqual(session._get_state()["node"]["text"], "Is it on?")
        with self.assertRaises(UserError):
            self.chart._run_start()
        found = self.Chart._find_published(self.category)
        self.assertIn(draft, found)
        self.assertNotIn(self.chart, found)

    def end(self, chart, job, *labels):
        session = chart._run_start(job)
        for label in labels:
            choices = session._get_state()["node"]["choices"]
            session._choose(next(one["id"] for one in choices if one["label"] == label))
        return session

    def test_the_end_books_a_visit(self):
        self.chart.action_publish()
        job = self.new_job()
        action = self.end(self.chart, job, "Yes").action_finish()
        self.assertEqual(action["res_model"], "fusion.technician.task")
        task = self.env["fusion.technician.task"].browse(action["res_id"])
        self.assertEqual((task.x_fc_repair_id, task.duration_hours), (job, 1.25))
        self.assertEqual(
            job.x_fc_symptom_id, self.env.ref("fusion_repairs.symptom_stair_lift_stops")
        )

    def test_solved_closes_the_job_and_asks_after_two_days(self):
        self.chart.action_publish()
        job = self.new_job()
        session = self.end(self.chart, job, "No", "Done")
        session.action_finish()
        self.assertEqual(job.state, "done")
        mails = self.env["mail.mail"].search([])
        session._cron_ask_again()
        self.assertEqual(self.env["mail.mail"].search([]), mails)
        with freeze_time(fields.Datetime.now() + timedelta(days=2, minutes=1)):
            session._cron_ask_again()
            session._cron_ask_again()
        mail = self.env["mail.mail"].search([]) - mails
        self.assertEqual(mail.email_to, "clara@example.com")
        self.assertIn("/repairs/request?", mail.body_html)

    def test_danger_is_triage(self):
        chart = self.env.ref("fusion_repairs.flowchart_stair_dead")
        job = self.new_job(product_id=self.lift.id, serial="SL-77")
        session = self.end(chart, job, "Yes")
        self.assertEqual(session.outcome, "stop_using")
        self.assertEqual((job.priority, job.x_fc_safety_flag, job.x_fc_do_not_use),
                         ("1", True, True))  # fmt: skip
        self.assertTrue(job.x_fc_equipment_id.x_fc_do_not_use)

    def test_a_planned_visit_is_not_closed_by_itself(self):
        self.chart.action_publish()
        job = self.new_job()
        job.action_fc_plan()
        with self.assertRaises(UserError):
            self.end(self.chart, job, "No", "Done").action_finish()
        self.assertNotEqual(job.state, "done")

    def test_the_shipped_charts(self):
        charts = self.Chart.search([("state", "=", "published")])
        self.assertEqual(len(charts), 12)
        for chart in charts:
            with self.subTest(chart=chart.name):
                self.assertEqual(chart._find_faults(), [])
                self.assertTrue(8 <= len(chart.node_ids) <= 20)
                first = chart.start_node_id
                self.assertIn("smoke", first.text)
                self.assertEqual(first.edge_ids[0].target_id.outcome, "stop_using")

    def test_who_may_run(self):
        self.chart.action_publish()
        tech = new_test_user(
            self.env, "tech", "fusion_repairs.group_field", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        job = self.new_job()
        chart = self.chart.with_user(tech)
        with self.assertRaises(AccessError):
            chart.action_run(job.id)
        job.user_id = tech
        state = chart.action_run(job.id)
        session = self.env["fusion.repair.flowchart.session"].with_user(tech)
        session = session.browse(state["session_id"])
        state = session.action_choose(state["node"]["choices"][1]["id"])
        self.assertEqual((state["steps"], state["node"]["text"]), (1, "Turn it on."))
        self.assertEqual(session.action_back()["steps"], 0)
        portal = new_test_user(self.env, "portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.chart.with_user(portal).action_read_chart()
        with self.assertRaises(AccessError):
            session.with_user(portal).action_choose(1)
