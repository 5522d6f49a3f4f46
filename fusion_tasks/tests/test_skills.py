from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import MONDAY, TasksCase


@tagged("post_install", "-at_install")
class TestSkills(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate = cls.env.ref("fusion_tasks.skill_type_certificate")
        cls.skill = cls.certificate.skill_ids[:1]
        cls.service = cls.env.ref("fusion_tasks.skill_type_service").skill_ids[:1]

    def certify(self, user, until):
        self.env["hr.employee.skill"].create(
            {
                "employee_id": user.employee_ids.id,
                "skill_type_id": self.certificate.id,
                "skill_id": self.skill.id,
                "skill_level_id": self.certificate.skill_level_ids[:1].id,
                "valid_from": MONDAY - timedelta(days=3650),
                "valid_to": until,
            }
        )

    def test_a_certificate_counts_on_the_day_of_the_visit(self):
        self.certify(self.ann, MONDAY)
        tuesday = MONDAY + timedelta(days=1)
        self.assertTrue(self.find(skill_ids=self.skill.ids))
        self.assertFalse(self.find(day=tuesday, skill_ids=self.skill.ids))
        self.assertLost("skill", day=tuesday, skill_ids=[Command.set(self.skill.ids)])
        qualified = self.Task._qualified_technicians
        self.assertEqual(qualified(self.skill.ids, MONDAY), self.ann)
        self.assertFalse(qualified(self.skill.ids, tuesday))
        self.assertEqual(qualified(), self.ann | self.bob)

    def test_all_skills_are_asked_for(self):
        self.certify(self.ann, False)
        self.assertFalse(self.find(skill_ids=(self.skill | self.service).ids))

    def test_the_shorthand_on_the_user_writes_the_employee(self):
        self.ann.x_fc_repair_skills = self.service
        row = self.ann.employee_ids.employee_skill_ids
        self.assertEqual(row.skill_level_id.name, "Skilled")
        self.ann.invalidate_recordset()
        self.assertEqual(self.ann.x_fc_repair_skills, self.service)
        found = self.env["res.users"].search([("x_fc_repair_skills", "in", self.service.ids)])
        self.assertEqual(found, self.ann)
        row.valid_from = fields.Date.today() - timedelta(days=30)
        self.ann.x_fc_repair_skills = False
        self.assertEqual(row.valid_to, fields.Date.today() - timedelta(days=1))
        self.ann.invalidate_recordset()
        self.assertFalse(self.ann.x_fc_repair_skills)
