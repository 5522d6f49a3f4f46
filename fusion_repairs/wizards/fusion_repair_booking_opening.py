from odoo import api, fields, models


class FusionRepairBookingOpening(models.TransientModel):
    """An opening that the office books for a client, or moves a visit to, with one click."""

    _name = "fusion.repair.booking.opening"
    _description = "Opening for a Maintenance Visit"
    _order = "start, id"
    _rec_name = "start"

    contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract", required=True, ondelete="cascade"
    )
    technician_id = fields.Many2one("res.users", required=True)
    start = fields.Datetime(required=True)
    end = fields.Datetime(required=True)
    travel_before = fields.Integer("Drive There (min)")
    detour = fields.Integer("Added Driving (min)")
    recommended = fields.Boolean()

    @api.model
    def _make_openings(self, contract, slots):
        names = ["technician_id", "start", "end", "travel_before", "detour", "recommended"]
        return self.create(
            [{"contract_id": contract.id, **{name: slot[name] for name in names}} for slot in slots]
        )

    def action_book(self):
        """:return: action that shows the visit
        :raise SlotUnavailable: when somebody else was faster
        """
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        visit = contract.open_visit_id
        if visit:
            visit._reschedule(technician_id=self.technician_id.id, start=self.start)
        else:
            visit = contract._confirm_booking(
                technician_id=self.technician_id.id, start=self.start, source="phone"
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": visit._name,
            "res_id": visit.id,
            "view_mode": "form",
        }
