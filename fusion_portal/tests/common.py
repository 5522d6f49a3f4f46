import json
from pathlib import Path

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.fusion_claims.tests.common import GATE, ClaimsMixin

#: Worked out by hand; the tablet's arithmetic reads them as well.
CASES = json.loads(
    (Path(__file__).parents[1] / "static" / "tests" / "measure_cases.json").read_text()
)
STAIR = {
    "stair_steps": 13,
    "stair_riser_height": 7.5,
    "stair_tread_depth": 10,
    "stair_width": 36,
    "stair_side": "left",
    "user_weight_lb": 180,
}
TUB = {"tub_material": "acrylic", "tub_length": 60, "tub_wall_height": 15, "tub_rim_width": 3}
ROLLATOR = {
    "client_weight": 180,
    "reason_for_application": "first_access",
    "rollator_type": "type2",
    "wrist_height": 33,
}
CHAIR = {
    "client_weight": 180,
    "reason_for_application": "first_access",
    "wheelchair_type": "type2",
    "hip_width": 17.5,
    "upper_leg_length": 19.5,
    "lower_leg_length": 17,
    "axilla_height": 20,
    "cushion_thickness": 2,
}
SCOOTER = {
    "client_weight": 180,
    "reason_for_application": "first_access",
    "scooter_type": "four_wheel",
    "max_range_km": 12,
    "scooter_transfer_independent": "yes",
    "scooter_steer_safely": "yes",
    "home_accessible": "no",
}


class PortalMixin(ClaimsMixin):
    @classmethod
    def set_up_portal(cls):
        cls.set_up_claims()
        cls.env["ir.config_parameter"].set_param(GATE, "True")

    @classmethod
    def new_portal(cls, login, *groups):
        ids = [cls.env.ref(group).id for group in ("base.group_portal", *groups)]
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": f"por_{login}",
                "password": f"por_{login}",
                "email": f"por_{login}@example.com",
                "group_ids": [Command.set(ids)],
            }
        )

    @classmethod
    def new_visit(cls, **values):
        return cls.env["fusion.assessment.visit"].create(
            {
                "client_name": "Nora Newell",
                "client_phone": "555-0142",
                "client_email": "nora@example.com",
                "street": "12 Maple Street",
                "city": "Elora",
                "sales_rep_id": cls.rep.id,
                "authorizer_id": cls.authorizer.id,
                **values,
            }
        )

    @classmethod
    def add(cls, visit, item_type, values, measured=True, **arguments):
        is_adp = item_type in ("rollator", "wheelchair", "powerchair", "scooter")
        item = visit._add_item("adp" if is_adp else "accessibility", item_type, **arguments)
        item.write(values)
        if measured:
            item.action_measured()
        return item


class PortalCase(PortalMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
