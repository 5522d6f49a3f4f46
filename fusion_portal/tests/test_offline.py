from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.fusion_portal.models.fusion_assessment_photo import (
    FusionAssessmentVisit as VisitPhotos,
)
from odoo.addons.fusion_portal.models.fusion_assessment_visit_sync import FusionAssessmentVisit
from odoo.addons.fusion_portal.services import pictures

from .common import PortalMixin
from .tablet import IS_HEAVY, KEPT, TabletCase

#: Draws a picture and hands it to the camera's input as a phone would.
PHOTO = """(async () => {
    const canvas = document.createElement("canvas");
    canvas.width = 400; canvas.height = 300;
    canvas.getContext("2d").fillRect(20, 20, 200, 100);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const files = new DataTransfer();
    files.items.add(new File([blob], "stairs.png", { type: "image/png" }));
    const input = document.querySelector("[data-slot='side']");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
})()"""
STAIR = {
    "stair_steps": "13", "stair_riser_height": "7 1/2", "stair_tread_depth": "10",
    "stair_width": "3 ft", "stair_side": "left", "user_weight_lb": "180",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestOffline(PortalMixin, TabletCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.colleague = cls.new_portal("colleague", "fusion_portal.group_portal_sales_rep")

    def setUp(self):
        super().setUp()
        self.visit = self.new_visit(
            sales_rep_id=self.field_rep.id, client_name=False, authorizer_id=False
        )

    def open(self, tablet):
        tablet.open(f"/my/visit/{self.visit.id}")
        tablet.chip("Saved")
        tablet.wait("caches.match('/my/visit/shell').then((page) => window.isShellKept = !!page) "
                    "&& window.isShellKept && navigator.serviceWorker.controller")  # fmt: skip

    def add(self, tablet, kind):
        tablet.press("[data-step='add']")
        tablet.press(f"[data-add='{kind}']")
        tablet.wait(f"document.querySelector('[data-form={kind}]')")

    def test_a_visit_without_a_network(self):
        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            self.add(tablet, "stairlift_straight")
            tablet.fill("stair_steps", "12")
            tablet.chip("Saved")
            tablet.cut()
            for name, value in STAIR.items():
                tablet.fill(name, value)
            tablet.wait("document.querySelector('[data-result=stair_rail_length] dd')"
                        "?.textContent === '184.5'")  # fmt: skip
            tablet.run(PHOTO)
            self.add(tablet, "ramp")
            tablet.fill("ramp_rise", "abc")
            tablet.press("[data-step='client']")
            tablet.fill("client_name", "Nora Newell")
            tablet.chip("changes kept on this tablet")

            for _turn in range(5 if IS_HEAVY else 1):
                tablet.reload()
                tablet.chip("changes kept on this tablet")
                tablet.wait("document.querySelector('h1').textContent === 'Nora Newell'")
            tablet.press("[data-type='ramp'] button")
            tablet.wait("document.querySelector('[name=ramp_rise]').value === 'abc'")
            tablet.fill("ramp_rise", "24")
            tablet.press("[data-step='client']")
            tablet.press("[data-complete]")
            tablet.wait("document.body.textContent.includes('will complete when')")

            tablet.restore()
            tablet.wait("document.querySelector('.o_fusion_visit_done')")
            tablet.sent()
            self.assertEqual(tablet.run(KEPT)[2], 0)
        stair, ramp = self.visit.accessibility_assessment_ids
        self.assertEqual((stair.stair_steps, stair.stair_riser_height), (13, 7.5))
        self.assertEqual((stair.stair_width, stair.user_weight_lb), (36, 180))
        self.assertEqual((ramp.ramp_rise, ramp.raw_values), (24, False))
        self.assertEqual((self.visit.client_name, self.visit.state), ("Nora Newell", "done"))
        self.assertEqual((len(self.visit.photo_ids), self.visit.photo_ids.slot), (1, "side"))
        self.assertEqual(self.visit.photo_ids.accessibility_id, stair)
        self.assertEqual(len(self.visit.sale_order_ids), 1)

    def test_the_lifetime_amount_without_a_network(self):
        self.env["sale.order"].with_context(
            skip_status_validation=True, fc_no_stage_email=True
        ).create(
            {"partner_id": self.client.id, "x_fc_sale_type": "march_of_dimes",
             "x_fc_mod_status": "case_closed", "x_fc_mod_payment_amount": 5000}
        )  # fmt: skip
        self.visit.write({"partner_id": self.client.id, "default_funding_source": "march_of_dimes"})
        bar = "document.querySelector('[role=progressbar]')"
        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            self.assertFalse(tablet.run(f"!!{bar}"))
            tablet.cut()
            tablet.reload()
            self.add(tablet, "ramp")
            tablet.wait(f"{bar}?.ariaValueNow === '5000' && {bar}.ariaValueMax === '15000'")
            self.assertEqual(tablet.run(f"{bar}.ariaValueText"), "$5,000 of $15,000, $10,000 left")
            self.assertEqual(
                tablet.run("[...document.querySelectorAll('.o_fusion_visit_budget rect')]"
                           ".map((rect) => rect.width.baseVal.value.toFixed(2)).join()"),
                "33.33,33.33",
            )  # fmt: skip
            tablet.restore()
            tablet.sent()
        self.assertEqual(self.visit.accessibility_assessment_ids.assessment_type, "ramp")

    def test_answers_that_get_lost_do_nothing_twice(self):
        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            tablet.is_losing = True
            self.add(tablet, "ramp")
            tablet.fill("ramp_rise", "24")
            tablet.wait("document.querySelector('.o_fusion_visit_chip.o_fusion_visit_warn')")
            tablet.fill("ramp_rise", "25")
            tablet.is_losing = False
            tablet.run("window.dispatchEvent(new Event('online'))")
            tablet.sent()
            tablet.wait("document.querySelector('[name=ramp_rise]').value === '25'")
        ramp = self.visit.accessibility_assessment_ids
        self.assertEqual((len(ramp), ramp.ramp_rise), (1, 25))
        ops = self.env["fusion.visit.op"].search([("visit_id", "=", self.visit.id)])
        self.assertEqual(len(ops), len(set(ops.mapped("op_uuid"))))

    def test_a_server_that_fails_loses_nothing(self):
        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            with (
                patch.object(FusionAssessmentVisit, "_apply_ops", side_effect=RuntimeError),
                self.assertLogs("odoo.http", "ERROR"),
            ):
                self.add(tablet, "ramp")
                tablet.fill("ramp_rise", "24")
                tablet.chip("The server does not answer")
                tablet.reload()
                tablet.chip("The server does not answer")
            tablet.run("window.dispatchEvent(new Event('online'))")
            tablet.sent()
        self.assertEqual(self.visit.accessibility_assessment_ids.ramp_rise, 24)

    def test_signed_out_keeps_the_queue_for_the_same_person(self):
        team = self.env["crm.team"].create({"name": "Field"})
        team.x_fc_portal_rep_ids = self.field_rep | self.colleague
        self.visit.team_id = team
        rep, colleague = self.field_rep.login, self.colleague.login
        with self.tablet(rep) as tablet:
            self.open(tablet)
            self.sign_in(tablet.browser, None)
            self.add(tablet, "ramp")
            tablet.fill("ramp_rise", "24")
            tablet.chip("Sign in again")

            for login, is_shown in ((colleague, False), (rep, True)):
                tablet.command("Page.navigate", url="about:blank")
                self.sign_in(tablet.browser, login)
                self.open(tablet)
                shown = "document.querySelector('[data-type=ramp]')"
                tablet.wait(shown if is_shown else f"!{shown}")
                if not is_shown:
                    self.assertGreater(tablet.run(KEPT)[0], 0)
            tablet.sent()
        self.assertEqual(self.visit.accessibility_assessment_ids.ramp_rise, 24)

    def test_signing_out_wipes_the_tablet(self):
        names = "indexedDB.databases().then((all) => all.map((one) => one.name))"
        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            self.assertIn("fusion_visit", tablet.run(names))
            tablet.open("/my/home")
            # The page's own scripts come late; a person's click is not faster than they are.
            tablet.wait("odoo.loader?.modules.get('@fusion_portal/portal/sign_out')")
            tablet.wait("document.body.getAttribute('is-ready') === 'true'")
            tablet.press("a[href*='/web/session/logout']")
            tablet.wait("!location.pathname.startsWith('/my')")
            self.assertNotIn("fusion_visit", tablet.run(names))
            self.assertEqual(tablet.run("caches.has('fusion_visit_shell')"), False)

    def test_a_value_typed_last_stays_with_its_item(self):
        """A touch screen does not leave the field before the next item opens."""
        first = self.visit._add_item("accessibility", "ramp")
        second = self.visit._add_item("accessibility", "bathroom")
        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            tablet.press("[data-type='ramp'] button")
            tablet.wait("document.querySelector('[name=notes]')")
            tablet.run(PHOTO.replace("side", "front"))
            tablet.run("""(() => {
                const input = document.querySelector("[name=notes]");
                input.value = "By the garage";
                input.dispatchEvent(new Event("input", { bubbles: true }));
                document.querySelector("[data-type='bathroom'] button").click();
            })()""")
            tablet.wait("document.querySelector('[data-form=bathroom]')")
            tablet.press("[data-step='client']")
            tablet.wait("document.querySelector('[data-form=client]')")
            tablet.chip("Saved")
            tablet.press("[data-type='ramp'] button")
            tablet.wait("document.querySelector('.o_fusion_visit_slot img')")
            tablet.sent()
        self.assertEqual((first.notes, second.notes), ("By the garage", False))
        self.assertEqual(self.visit.photo_ids.accessibility_id, first)

    def open_denied(self, tablet, script):
        """Open the visit in a browser that denies something to its pages."""
        tablet.command("Page.addScriptToEvaluateOnNewDocument", source=script)
        tablet.open(f"/my/visit/{self.visit.id}")
        tablet.chip("Saved")
        tablet.wait("document.body.textContent.includes('No offline protection')")
        self.add(tablet, "ramp")
        tablet.fill("ramp_rise", "24")
        tablet.chip("Saved")

    def test_without_a_store_it_saves_at_once_and_warns(self):
        with self.tablet(self.field_rep.login) as tablet:
            self.open_denied(tablet, "IDBFactory.prototype.open = () => { throw Error('no'); };")
            tablet.wait("document.querySelector('[name=ramp_rise]').value === '24'")
        self.assertEqual(self.visit.accessibility_assessment_ids.ramp_rise, 24)

    def test_without_a_worker_it_works_and_warns(self):
        with self.tablet(self.field_rep.login) as tablet:
            self.open_denied(
                tablet, "delete Navigator.prototype.serviceWorker;"
                        "delete window.caches; delete Window.prototype.caches;"
            )  # fmt: skip
            tablet.sent()
        self.assertEqual(self.visit.accessibility_assessment_ids.ramp_rise, 24)

    def test_a_photo_waits_for_a_new_session(self):
        """The token on the page is of the old session: it is renewed, and the photo sent once."""
        login = self.field_rep.login
        with self.tablet(login) as tablet:
            self.open(tablet)
            self.add(tablet, "stairlift_straight")
            tablet.sent()
            self.sign_in(tablet.browser, login)
            tablet.run(PHOTO)
            tablet.wait("document.querySelector('.o_fusion_visit_slot img')")
            tablet.sent()
        self.assertEqual(self.visit.photo_ids.mapped("slot"), ["side"])

    def test_a_refused_photo_says_why_and_is_not_sent_again(self):
        asked = []

        def refuse(_visit, *arguments):
            asked.append(arguments)
            raise pictures.TooLarge

        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            self.add(tablet, "stairlift_straight")
            tablet.sent()
            with patch.object(VisitPhotos, "_add_photo", refuse):
                tablet.run(PHOTO)
                tablet.wait("document.body.textContent.includes('The photo is too large')")
                for _turn in range(2):
                    tablet.run("window.dispatchEvent(new Event('online'))")
                    tablet.fill("stair_steps", "12")
                    tablet.chip("Saved")
            self.assertEqual(tablet.run(KEPT)[1], 1)
        self.assertEqual(len(asked), 1)
        self.assertFalse(self.visit.photo_ids)

    def test_two_values_and_one_tap(self):
        ramp = self.visit._add_item("accessibility", "ramp")
        with self.tablet(self.field_rep.login) as tablet:
            self.open(tablet)
            tablet.press("[data-type='ramp'] button")
            tablet.wait("document.querySelector('[name=ramp_rise]')")
            tablet.cut()
            tablet.fill("ramp_rise", "36")
            tablet.fill("ramp_width", "40")
            tablet.chip("2 changes kept")
            ramp.ramp_rise = 37
            self.env.flush_all()
            tablet.restore()
            tablet.wait("document.querySelector('[data-choice=mine]')?.textContent === 'Mine: 36'")
            tablet.wait("document.querySelector('[data-choice=theirs]').textContent"
                        " === 'Theirs: 37'")  # fmt: skip
            tablet.press("[data-choice='mine']")
            tablet.sent()
            tablet.wait("!document.querySelector('[data-choice]')")
        self.assertEqual((ramp.ramp_rise, ramp.ramp_width), (36, 40))
