from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class RepairOrderParts(models.Model):
    """Missing parts become purchase orders, whose receipt reserves for the job."""

    _inherit = "repair.order"

    def action_order_missing_parts(self):
        """Order what is neither reserved nor on order for this job, in one draft per vendor; a part
        that nobody sells us is named, and the rest goes on.

        :return: action that shows what was done
        :raise UserError: when nothing is missing, or no missing part has a vendor
        """
        self.ensure_one()
        if self.state == "draft":
            self._action_repair_confirm()
        self._fc_get_parts()._action_assign()
        wanted, without = self._fc_group_by_vendor()
        if not wanted and not without:
            self._fc_follow_parts()
            raise UserError(self.env._("No part is missing, or all are on order."))
        names = ", ".join(move.product_id.display_name for move in without)
        if not wanted:
            self._fc_follow_parts()
            raise UserError(self.env._("No vendor sells these parts: %(names)s.", names=names))
        for vendor, parts in wanted.items():
            self._fc_fill_order(self._fc_find_draft(vendor), parts)
        self._fc_follow_parts()
        text = self.env._(
            "Parts ordered from %(vendors)s.", vendors=", ".join(one.name for one in wanted)
        )
        if without:
            text += " " + self.env._("No vendor: %(names)s.", names=names)
        self.message_post(body=text)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "warning" if without else "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _fc_get_parts(self):
        """:return: moves of parts to be added that are still to come"""
        return self.move_ids.filtered(
            lambda move: move.repair_line_type == "add" and move.state not in ("done", "cancel")
        )

    def _fc_get_on_order(self, move):
        """:return: how many of a part are on order for it, in the move's unit"""
        lines = move.sudo().created_purchase_line_ids.filtered(
            lambda line: line.order_id.state in ("draft", "sent", "to approve", "purchase")
        )
        return sum(
            line.product_uom_id._compute_quantity(
                max(line.product_qty - line.qty_received, 0), move.product_uom
            )
            for line in lines
        )

    def _fc_get_shortage(self, move):
        missing = move.product_uom_qty - move.quantity - self._fc_get_on_order(move)
        return max(missing, 0.0)

    def _fc_group_by_vendor(self):
        """:return: ``({vendor: [(move, quantity)]}, moves of parts without a vendor)``"""
        wanted, without = defaultdict(list), self.env["stock.move"]
        for move in self._fc_get_parts():
            short = self._fc_get_shortage(move)
            if move.product_uom.is_zero(short):
                continue
            seller = move.product_id.with_company(self.company_id)._select_seller(
                quantity=short, uom_id=move.product_uom
            )
            if seller.partner_id.active:
                wanted[seller.partner_id].append((move, short))
            else:
                without += move
        return dict(wanted), without

    def _fc_find_draft(self, vendor):
        """:return: the vendor's open draft, or a new one; the office need not be a buyer"""
        orders = self.env["purchase.order"].sudo().with_company(self.company_id)
        domain = [
            ("partner_id", "=", vendor.id),
            ("company_id", "=", self.company_id.id),
            ("state", "=", "draft"),
        ]
        warehouse = self.picking_type_id.warehouse_id
        return orders.search(domain, limit=1) or orders.create(
            {
                "partner_id": vendor.id,
                "company_id": self.company_id.id,
                "picking_type_id": warehouse.in_type_id.id,
                "origin": self.name,
            }
        )

    def _fc_fill_order(self, order, parts):
        lines = self.env["purchase.order.line"].sudo()
        for move, quantity in parts:
            values = lines._prepare_purchase_order_line(
                move.product_id, quantity, move.product_uom, self.company_id, order.partner_id,
                order,
            )  # fmt: skip
            # A cancelled order leaves the job's need as it is.
            links = {"move_dest_ids": [(4, move.id)], "propagate_cancel": False}
            lines.create({**values, **links})
        if self.name not in (order.origin or ""):
            order.origin = ", ".join(filter(None, (order.origin, self.name)))

    def _fc_follow_parts(self):
        """State of the parts as stock and purchase see it; the last one here calls for a visit."""
        for repair in self.sudo():
            state = repair._fc_find_parts_state()
            if state == repair.x_fc_parts_state:
                continue
            was_ordered = repair.x_fc_parts_state in ("ordered", "partial")
            repair.x_fc_parts_state = state
            if state == "ready" and was_ordered:
                repair._fc_announce_parts()

    def _fc_find_parts_state(self):
        parts = self._fc_get_parts()
        if not parts:
            return "none"
        if any(not move.product_uom.is_zero(self._fc_get_shortage(move)) for move in parts):
            return "to_order"
        is_here = [move.product_uom.compare(move.quantity, move.product_uom_qty) >= 0
                   for move in parts]  # fmt: skip
        if all(is_here):
            return "ready"
        has_some = any(not move.product_uom.is_zero(move.quantity) for move in parts)
        return "partial" if has_some else "ordered"

    def _fc_tell_late_part(self, product, promised, expected):
        """A note for the dispatcher, who may have told the client of a day.

        :param promised: local day of the vendor's earlier word, ``expected`` that of the new one
        """
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.company_id._fc_today(),
            summary=self.env._("The part comes later: %(repair)s", repair=self.name),
            note=self.env._(
                "The vendor brings %(part)s on %(day)s, not on %(promised)s.",
                part=product.display_name,
                day=format_date(self.env, expected),
                promised=format_date(self.env, promised),
            ),
            user_id=self._fc_get_coordinator().id,
        )

    def _fc_announce_parts(self):
        self.activity_schedule(
            "fusion_repairs.mail_activity_schedule",
            date_deadline=self.company_id._fc_today(),
            summary=self.env._("Parts are here: plan %(repair)s", repair=self.name),
            user_id=self._fc_get_coordinator().id,
        )
        url = self._fc_get_booking_url() if self._fc_is_bookable() else None
        self._mail_client("email_template_parts_ready", booking_url=url)

    def _email_parts_ready(self, booking_url=None):
        """:return: Markup"""
        names = ", ".join(self._fc_get_parts().product_id.mapped("name"))
        return self._email_build(
            self.env._("The parts for your repair are here"),
            self.env._("Please choose a time with the button. You may also call us.")
            if booking_url
            else self.env._("We will call you to find a time. You may also call us."),
            sections=[
                (
                    self.env._("Your repair"),
                    [(self.env._("Parts"), names),
                     (self.env._("Questions"), self.company_id.phone)],
                )
            ],
            email_type="success",
            button_url=booking_url,
            button_text=self.env._("Choose a time"),
        )  # fmt: skip
