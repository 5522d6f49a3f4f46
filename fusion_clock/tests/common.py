import base64
import io
import json

from PIL import Image

from odoo.tests import HttpCase, TransactionCase, new_test_user

CARD = "04:A2:B5:62:C1:80"
CARD_B = "04:A2:B5:62:C1:81"


def make_photo(size=(900, 700), kind="JPEG", colour="red", **options):
    """:return: base64 text of a real picture"""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return base64.b64encode(buffer.getvalue()).decode()


class ClockCase(TransactionCase):
    """A company in Toronto with a kiosk, two employees and no plans."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_company()

    @classmethod
    def set_up_company(cls):
        cls.env = cls.env["base"].with_context(tz="America/Toronto", tracking_disable=True).env
        cls.Employee = cls.env["hr.employee"]
        cls.Attendance = cls.env["hr.attendance"]
        cls.Log = cls.env["fusion.clock.activity.log"]
        cls.company = cls.env["res.company"].create(
            {
                "name": "Maple Widgets",
                "country_id": cls.env.ref("base.ca").id,
                "state_id": cls.env.ref("base.state_ca_on").id,
            }
        )
        cls.company.resource_calendar_id.tz = "America/Toronto"
        cls.env.user.company_ids += cls.company
        cls.env.user.company_id = cls.company
        cls.env = cls.env["base"].with_context(allowed_company_ids=cls.company.ids).env
        cls.location = cls.env["fusion.clock.location"].create(
            {"name": "Front Door", "company_id": cls.company.id}
        )
        cls.company.x_fclk_nfc_kiosk_location_id = cls.location
        cls.employee = cls.make_employee("Amira Tremblay", x_fclk_nfc_card_uid=CARD, pin="4711")
        cls.colleague = cls.make_employee("Ben Singh")
        cls.set_config(enable_nfc_kiosk=True, nfc_photo_required=False)

    @classmethod
    def make_employee(cls, name, **values):
        return (
            cls.env["hr.employee"]
            .with_company(cls.company)
            .create(
                {
                    "name": name,
                    "company_id": cls.company.id,
                    "tz": "America/Toronto",
                    "resource_calendar_id": cls.company.resource_calendar_id.id,
                    **values,
                }
            )
        )

    @classmethod
    def set_config(cls, **values):
        for key, value in values.items():
            text = str(value) if value else False
            cls.env["ir.config_parameter"].sudo().set_param(f"fusion_clock.{key}", text)

    def make_attendance(self, check_in, check_out=False, employee=None):
        return self.Attendance.create(
            {
                "employee_id": (employee or self.employee).id,
                "check_in": check_in,
                "check_out": check_out,
            }
        )

    def events(self, employee=None, **domain):
        terms = [(key, "=", value) for key, value in domain.items()]
        if employee is not None:
            terms.append(("employee_id", "=", employee.id))
        return self.Log.search(terms, order="id").mapped("event")

    def tap(self, uid=CARD, **kw):
        return self.Employee.with_company(self.company)._fclk_tap(uid, company=self.company, **kw)


class ClockHttpCase(HttpCase, ClockCase):
    """Routes over real HTTP, as the tablet's own portal user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kiosk_user = new_test_user(
            cls.env,
            "fclk_kiosk",
            groups="base.group_portal,fusion_clock.group_fusion_clock_kiosk",
            password="fclk_kiosk",
            company_id=cls.company.id,
        )

    def call(self, path, **params):
        """:return: the route's result
        :raise AssertionError: the route raised"""
        answer = self.call_raw(path, **params)
        self.assertNotIn("error", answer, answer)
        return answer.get("result")

    def call_raw(self, path, **params):
        response = self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()
