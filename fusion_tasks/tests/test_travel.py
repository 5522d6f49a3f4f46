from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import LoopbackServer
from odoo.addons.fusion_base.tools.outbound import OutboundClient, OutboundError

from .. import const
from .common import DEPOT, FAR, MONDAY, NEAR, TasksCase


@tagged("post_install", "-at_install")
class TestTravel(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.travel = cls.env["fusion.tasks.travel"]
        cls.parameters = cls.env["ir.config_parameter"].sudo()

    def test_stops_in_driving_order(self):
        line = [(43.0, -79.0), (43.3, -79.0), (43.1, -79.0), (0, 0), (43.2, -79.0), (95, 1)]
        self.assertEqual(self.travel._order(line), [0, 2, 4, 1, 3, 5])
        self.assertEqual(self.travel._order(line, start=(43.4, -79.0)), [1, 4, 2, 0, 3, 5])
        self.assertEqual(self.travel._order([]), [])
        self.assertEqual(self.travel._order([(0, 0), (0, 0)]), [0, 1])
        # the nearest next alone would drive back: 0, 1, 2 and then far to the other side
        square = [(43.0, -79.0), (43.0, -78.9), (43.1, -79.0), (43.1, -78.9)]
        self.assertIn(self.travel._order(square), ([0, 2, 3, 1], [0, 1, 3, 2]))

    def test_the_way_home_counts_when_told(self):
        last = self.find(hours=1.0, place=FAR)[-1]
        self.assertEqual(last, "16:00")
        self.parameters.set_param("fusion_tasks.return_trip_counts", "True")
        self.assertEqual(self.find(hours=1.0, place=FAR)[-1], "14:00")  # 105 minutes to the depot

    def use_roads(self, server):
        self.parameters.set_param("fusion_tasks.travel_provider", "osrm")
        self.parameters.set_param("fusion_tasks.osrm_url", server.url)

    def test_road_times_come_in_one_question_and_are_kept(self):
        with LoopbackServer() as server:
            server.answer(
                json={"durations": [[0, 1270], [1330, 0]], "distances": [[0, 9100], [9300, 0]]}
            )
            self.use_roads(server)
            south, north = DEPOT, NEAR  # sorted by latitude
            self.assertEqual(self.travel._minutes(south, north), (25, 9.1))
            self.assertEqual(self.travel._minutes(north, south), (25, 9.3))
            self.assertEqual(len(server.requests), 1)
            asked = server.requests[0]
            self.assertEqual(asked.path, "/table/v1/driving/-79.38,43.65;-79.4,43.7")
            self.assertEqual(asked.query, {"annotations": ["duration,distance"]})

    def test_a_road_server_that_is_down_is_no_fault(self):
        for answer in ({"status": 500}, {"json": {"code": "Ok"}}, {"json": ["odd"]}):
            with LoopbackServer() as server:
                self.use_roads(server.answer(**answer))
                with self.assertLogs("odoo.addons.fusion_tasks", "WARNING") as caught:
                    self.assertEqual(self.travel._minutes(DEPOT, NEAR), (15, 7.52))
                self.assertEqual(len(caught.output), 1)
        with self.assertLogs("odoo.addons.fusion_tasks", "WARNING"):
            self.assertTrue(self.find())

    def test_a_search_asks_the_road_server_once(self):
        self.new_task(self.ann, 9, place=FAR)
        with LoopbackServer() as server:
            table = [[0, 1200, 1200], [1200, 0, 1200], [1200, 1200, 0]]
            server.answer(json={"durations": table, "distances": table})
            self.use_roads(server)
            starts = self.find()
            self.assertEqual(starts[0], "10:30")
            self.assertEqual(len(server.requests), 1)
            self.find(day=MONDAY + timedelta(days=1))
            self.assertEqual(len(server.requests), 1)


@tagged("post_install", "-at_install")
class TestGeocode(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].search([("x_fc_geocode_state", "=", "pending")]).write(
            {"x_fc_geocode_state": "none"}
        )

    def new_partner(self, **values):
        return self.env["res.partner"].create(
            {"name": "Client", "street": "5 Elm St", "city": "Toronto", **values}
        )

    def serve(self, server):
        """The geocoder asks this server instead of the public one."""

        def find(_geocoder, address, **_options):
            client = OutboundClient(server.url, timeout=1, allow_private=True, allow_http=True)
            try:
                answer = client.get("/search", params={"q": address})
            except OutboundError as error:
                raise UserError(str(error)) from None  # as Odoo's own does
            return float(answer[0]["lat"]), float(answer[0]["lon"])

        self.patch(self.registry["base.geocoder"], "_call_openstreetmap", find)

    def run_cron(self):
        self.env["fusion.tasks.travel"]._cron_geocode()

    def test_an_address_is_found_in_the_background(self):
        partner = self.new_partner()
        self.assertEqual(partner.x_fc_geocode_state, "pending")
        self.assertEqual(self.env["res.partner"].create({"name": "X"}).x_fc_geocode_state, "none")
        with LoopbackServer() as server:
            self.serve(server)
            server.answer(json=[{"lat": "43.7", "lon": "-79.4"}])
            self.run_cron()
            self.assertEqual(len(server.requests), 1)
            self.run_cron()
            self.assertEqual(len(server.requests), 1)
        self.assertEqual(partner.x_fc_geocode_state, "done")
        self.assertEqual((partner.partner_latitude, partner.partner_longitude), (43.7, -79.4))
        partner.street = "7 Elm St"
        self.assertEqual((partner.x_fc_geocode_state, partner.partner_latitude), ("pending", 0.0))
        partner.write({"partner_latitude": 43.1, "partner_longitude": -79.1})
        self.assertEqual(partner.x_fc_geocode_state, "done")

    def test_an_address_that_cannot_be_found(self):
        partner = self.new_partner()
        for answer in (
            {"json": []}, {"status": 500}, {"action": "hang"},
            {"json": [{"lat": "95", "lon": "0"}]}, {"body": b"rubbish"},
        ):  # fmt: skip
            with LoopbackServer() as server:
                self.serve(server.answer(**answer))
                self.assertEqual(partner.x_fc_geocode_state, "pending")
                self.run_cron()
                asked = len(server.requests)
                self.run_cron()  # too early
                self.assertEqual(len(server.requests), asked)
                partner.x_fc_geocode_next = fields.Datetime.now()
        self.assertEqual(partner.x_fc_geocode_state, "failed")
        self.assertEqual(partner.x_fc_geocode_attempts, const.GEOCODE_ATTEMPTS)
        self.assertEqual(partner.partner_latitude, 0.0)

    def test_a_server_out_of_reach_is_asked_once_in_a_run(self):
        partners = self.new_partner() | self.new_partner() | self.new_partner()
        with LoopbackServer() as server:
            self.serve(server.answer(status=500))
            with self.assertLogs("odoo.addons.fusion_tasks.models.fusion_tasks_travel") as logs:
                self.run_cron()
            self.assertEqual(len(server.requests), 1)
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(partners.mapped("x_fc_geocode_attempts"), [1, 0, 0])
        self.assertEqual(set(partners.mapped("x_fc_geocode_state")), {"pending"})

    def test_the_switch(self):
        partner = self.new_partner()
        self.env["ir.config_parameter"].set_param("fusion_tasks.geocode_enabled", "False")
        self.run_cron()
        self.assertEqual(partner.x_fc_geocode_attempts, 0)


@tagged("post_install", "-at_install")
class TestSettings(TasksCase):
    def save(self, **values):
        settings = self.env["res.config.settings"].create(
            {f"x_fc_tasks_{key}": value for key, value in values.items()}
        )
        settings.set_values()

    def get(self, key):
        return self.env["ir.config_parameter"].sudo().get_param(f"fusion_tasks.{key}")

    def test_false_and_zero_are_kept_as_text(self):
        self.save(travel_counts_at_day_start=False, window_minutes=0, travel_detour_factor=1.5)
        self.assertEqual(self.get("travel_counts_at_day_start"), "False")
        self.assertEqual(self.get("window_minutes"), "0")
        self.assertEqual(self.get("travel_detour_factor"), "1.5")
        self.assertEqual(self.get("slot_grid_minutes"), "30")
        travel = self.env["fusion.tasks.travel"]
        self.assertFalse(travel._is_on("travel_counts_at_day_start"))
        self.assertEqual(travel._get_number("window_minutes"), 0)
        values = self.env["res.config.settings"].get_values()
        self.assertEqual(values["x_fc_tasks_window_minutes"], 0)
        self.assertFalse(values["x_fc_tasks_travel_counts_at_day_start"])

    def test_what_cannot_be_is_refused(self):
        for values in (
            {"slot_grid_minutes": 61}, {"travel_speed_kmh": 0},
            {"travel_provider": "osrm", "osrm_url": "ftp://x"}, {"travel_provider": "osrm"},
        ):  # fmt: skip
            with self.assertRaises(UserError):
                self.save(**values)
        self.assertFalse(self.get("slot_grid_minutes"))
