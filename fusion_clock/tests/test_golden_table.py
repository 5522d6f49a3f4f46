from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import ClockCase

# Elapsed minutes at work: short shifts, each side of every threshold, and long ones.
SHAPES = [30, 180, 299, 300, 301, 360, 480, 599, 600, 601, 719, 720, 840, 960]
# Unpaid minutes of each shape, written by hand from the statute named beside them.
USUAL = [0, 0, 0, 30, 30, 30, 30, 30, 60, 60, 60, 60, 60, 60]
HOUR = [0, 0, 0, 60, 60, 60, 60, 60, 120, 120, 120, 120, 120, 120]
TWELVE = [0, 0, 0, 30, 30, 30, 30, 30, 30, 30, 30, 60, 60, 60]
GOLDEN = [
    ("ontario", "on", USUAL, "Employment Standards Act, 2000, S.O. 2000, c. 41, ss. 20–21"),
    ("quebec", "qc", USUAL, "Act respecting labour standards, CQLR c. N-1.1, s. 79"),
    ("british_columbia", "bc", USUAL, "Employment Standards Act, RSBC 1996, c. 113, s. 32"),
    ("alberta", "ab", USUAL, "Employment Standards Code, RSA 2000, c. E-9, s. 18"),
    ("saskatchewan", "sk", USUAL, "The Saskatchewan Employment Act, SS 2013, c. S-15.1, s. 2-14"),
    ("manitoba", "mb", USUAL, "The Employment Standards Code, CCSM c. E110, s. 50"),
    (
        "new_brunswick",
        "nb",
        USUAL,
        "General Regulation 91-191 under the Occupational Health and Safety Act, s. 8",
    ),
    ("nova_scotia", "ns", USUAL, "Labour Standards Code, RSNS 1989, c. 246, s. 66B"),
    (
        "prince_edward_island",
        "pe",
        USUAL,
        "Employment Standards Act, RSPEI 1988, c. E-6.2, s. 16(2)",
    ),
    ("newfoundland_labrador", "nl", HOUR, "Labour Standards Act, RSNL 1990, c. L-2, s. 24"),
    ("yukon", "yt", TWELVE, "Employment Standards Act, RSY 2002, c. 72, s. 13(1)"),
    ("northwest_territories", "nt", USUAL, "Employment Standards Act, SNWT 2007, c. 13"),
    ("nunavut", "nu", USUAL, "Labour Standards Meal Regulations, s. 1"),
    ("federal", None, USUAL, "Canada Labour Code, RSC 1985, c. L-2, s. 169.1"),
]


@tagged("post_install", "-at_install")
class TestGoldenTable(ClockCase):
    """Every jurisdiction, every shape of a shift, the break unpaid and paid."""

    def test_the_table_is_complete(self):
        self.assertEqual(len(GOLDEN), 14)
        for key, _province, minutes, source in GOLDEN:
            self.assertEqual(len(minutes), len(SHAPES), key)
            self.assertTrue(source)
        shipped = self.env["fusion.clock.break.rule"].with_context(active_test=False).search([])
        xmlids = [name.split(".")[-1] for name in shipped.get_external_id().values() if name]
        self.assertCountEqual(xmlids, [f"break_rule_{row[0]}" for row in GOLDEN])

    def test_unpaid_and_paid(self):
        for key, province, minutes, source in GOLDEN:
            with self.subTest(jurisdiction=key):
                rule = self.env.ref(f"fusion_clock.break_rule_{key}")
                self.assertIn(source, rule.source)
                rule.active = True
                employee = self.make_employee(key)
                if province:
                    self.company.state_id = self.env.ref(f"base.state_ca_{province}")
                else:
                    employee.x_fclk_break_rule_id = rule
                self.assertEqual(employee._get_fclk_break_rule(), rule)
                rows = self.make_shapes(employee)

                self.assertEqual(rows.mapped("x_fclk_break_minutes"), minutes)
                self.assertEqual(
                    [round(row.x_fclk_net_hours * 60) for row in rows],
                    [shape - unpaid for shape, unpaid in zip(SHAPES, minutes, strict=True)],
                )
                self.assertEqual({row.x_fclk_break_snapshot["rule"] for row in rows}, {rule.name})

                rows.x_fclk_break_waived = True
                self.assertEqual(rows.mapped("x_fclk_break_minutes"), [0] * len(SHAPES))
                self.assertEqual([round(row.x_fclk_net_hours * 60) for row in rows], SHAPES)

    def make_shapes(self, employee):
        start = datetime(2026, 5, 4, 12)
        return self.Attendance.create(
            [
                {
                    "employee_id": employee.id,
                    "check_in": start + timedelta(days=number),
                    "check_out": start + timedelta(days=number, minutes=shape),
                }
                for number, shape in enumerate(SHAPES)
            ]
        )
