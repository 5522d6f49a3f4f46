from dateutil.relativedelta import relativedelta

from odoo import models

from .maintenance_equipment import make_serial_key


class FusionRepairMaintenanceContractSale(models.Model):
    """What becomes known after the sale: the delivery, lots, serial numbers, a return."""

    _inherit = "fusion.repair.maintenance.contract"

    def _follow_sale(self):
        for line, contracts in self.grouped("x_fc_source_sale_line_id").items():
            if contracts._is_returned(line):
                contracts._pause_returned()
                continue
            serials = line._fc_get_serials()
            for contract in contracts:
                contract._follow_anchor(line)
                number = contract.x_fc_unit_index - 1
                if number < len(serials):
                    contract._fill_serial(serials[number])

    def _is_returned(self, line):
        returned = line.move_ids.filtered(
            lambda move: move.state == "done" and move.location_id.usage == "customer"
        )
        return bool(returned) and line.qty_delivered <= 0

    def _pause_returned(self):
        for contract in self.filtered(lambda one: one.state == "active"):
            contract.action_pause()
            contract._raise_activity(
                "mail.mail_activity_data_todo", self.env._("Unit returned: cancel the contract?")
            )

    def _follow_anchor(self, line):
        """Count from the delivery, as long as nobody saw or changed the dates."""
        months = relativedelta(months=self.interval_months)
        is_touched = self.next_due_date != self.x_fc_anchor_date + months
        if is_touched or self.visit_ids or self.last_reminder_band or not line._fc_get_delivered():
            return
        anchor = line.order_id._fc_maintenance_anchor_date(line)
        if anchor != self.x_fc_anchor_date:
            self.write({"x_fc_anchor_date": anchor, "next_due_date": anchor + months})
            self.equipment_id.x_fc_install_date = anchor

    def _fill_serial(self, serial):
        """A number that another live contract holds stays empty, and a person decides."""
        key = make_serial_key(serial)
        if self.x_fc_serial_key or self.x_fc_takes_over_id or not key:
            return
        domain = [("company_id", "=", self.company_id.id), ("x_fc_serial_key", "=", key)]
        if self.search([*domain, ("state", "!=", "cancelled")], limit=1):
            self._raise_activity("mail.mail_activity_data_todo", self.env._("Same serial"))
            return
        self.x_fc_device_serial = serial
        self.equipment_id.filtered(lambda unit: not unit.x_fc_serial).x_fc_serial = serial
