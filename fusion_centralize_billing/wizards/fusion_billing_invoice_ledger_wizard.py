from dataclasses import dataclass, field
from datetime import datetime

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.fusion_base.tools.redact import redact_logger

from ..models.account_move_ledger import BLOCKING
from ..models.fusion_billing_revenue_family import OTHER
from ..services import ledger
from ..services.nexacloud import INVOICES, ITEMS
from .fusion_billing_progress import Progress
from .fusion_billing_statistics import Statistics

_logger = redact_logger(__name__)
TAX_ALLOWANCE = 0.05  # of rounding, put on the tax line
NO_ITEMS = "NexaCloud services"


@dataclass
class Booking:
    """One invoice as it was booked; ``issues`` are (issue, detail), the worst first."""

    move: object
    is_new: bool
    lines: list = field(default_factory=list)  # (family, services.ledger.Line)
    issues: list = field(default_factory=list)

    def is_blocked(self):
        return any(issue in BLOCKING for issue, _detail in self.issues)


class FusionBillingInvoiceLedgerWizard(models.TransientModel):
    """Books the invoices that NexaCloud issued, as they were."""

    _name = "fusion.billing.invoice.ledger.wizard"
    _description = "Invoice Ledger"
    _inherit = "fusion.billing.nexacloud"

    dry_run = fields.Boolean("Dry Run", default=True, help="Shows what would be booked.")
    auto_post = fields.Boolean("Post at Once", help="Without it, drafts are made for review.")

    def action_run(self):
        """Read the source's invoices and book them; a dry run leaves nothing behind."""
        return self._fc_run("ledger", self._run_ledger)

    def _run_ledger(self):
        rows = self._read_nexacloud_invoices()
        with self.env.cr.savepoint() as savepoint:
            result = self._ingest_invoices(rows, post=self.auto_post)
            self.env.flush_all()
            if self.dry_run:
                savepoint.rollback()
        self.env.invalidate_all()
        if self.dry_run:
            result["dry_run"] = True
        return result, len(result["failed"])

    def action_post_reviewed(self):
        """Post every draft of the source that nothing stands against."""
        return self._fc_run("post", self._run_post)

    def _run_post(self):
        result = self._fc_post_drafts()
        return result, len(result["failed"])

    def action_view_drafts(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Drafts of the Ledger"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("x_fc_nexacloud_invoice_id", "!=", False), ("state", "=", "draft")],
        }

    @api.model
    def _read_nexacloud_invoices(self, since=None):
        """:param since: aware or naive (UTC) datetime of the source's own stamp
        :return: rows of ``_ingest_invoices``
        :raise UserError: the source cannot be read"""
        if isinstance(since, datetime) and not since.tzinfo:
            since = f"{since.isoformat()}+00:00"
        with self._fc_open_source() as source:
            rows = source.fetch(INVOICES, since=since)
            items = source.fetch(ITEMS, ids=[row["id"] for row in rows])
        by_invoice = {}
        for item in items:
            by_invoice.setdefault(item.pop("invoice_id"), []).append(item)
        return [{**row, "items": by_invoice.get(row["id"], [])} for row in rows]

    @api.model
    def _ingest_invoices(self, data, post=False, verified=None):
        """Book invoices; one that is a draft here is written anew, a posted one never changes.

        :param data: list of ``{id, stripe_invoice_id, invoice_number, user_external_id,
            partner_name, partner_email, invoice_date, currency, status, subtotal, tax,
            amount_paid, paid_at, items: [{description, quantity, unit_price, amount}]}``
        :param verified: {str(id): what ``_fc_verify`` says}; it wins over the row
        :return: ``{created, updated, posted: n, skipped: [{id, reason}], failed: [{id, error}],
            by_family: {code: amount}, lines_by_family: {code: n}, issues: [{id, issue, detail}]}``
        """
        books = self.sudo().with_company(self._fc_company())
        result = {
            "created": 0, "updated": 0, "posted": 0, "skipped": [], "failed": [], "by_family": {},
            "lines_by_family": {}, "issues": [],
        }  # fmt: skip
        known = books._fc_find_moves([row.get("id") for row in data])
        progress, statistics = Progress(self, len(data)), Statistics(self.env.cr)
        for row in data:
            progress.step()
            number = str(row.get("id") or "")
            inv = _merge(row, (verified or {}).get(number))
            try:
                with self.env.cr.savepoint():
                    move = known.get(number)
                    reason = books._fc_get_skip_reason(inv, move)
                    booking = None if reason else books._fc_book(inv, move)
                    change = reason and books._fc_note_change(inv, move)
            except OperationalError:
                raise
            except Exception as error:  # row boundary: one bad row never stops the rest
                _logger.warning("Invoice %s was not booked", number, exc_info=True)
                result["failed"].append({"id": number, "error": self._fc_name_error(error)})
                continue
            if reason:
                result["skipped"].append({"id": number, "reason": reason})
                if change:
                    result["issues"].append(
                        {"id": number, "issue": "changed_upstream", "detail": change}
                    )
                continue
            known[number] = booking.move
            _count_booking(result, number, booking)
            if post and not booking.is_blocked():
                books._fc_post_one(booking.move, inv, result)
                statistics.step()
        return result

    @api.model
    def _fc_find_moves(self, numbers):
        moves = self.env["account.move"].search(
            [("x_fc_nexacloud_invoice_id", "in", [str(number) for number in numbers if number])]
        )
        return {move.x_fc_nexacloud_invoice_id: move for move in moves}

    @api.model
    def _fc_get_skip_reason(self, inv, move):
        """:return: why an invoice is not booked, False when it is"""
        status = str(inv.get("status") or "").lower()
        if not inv.get("id"):
            return "missing id"
        if status in ledger.VOID:
            return "void"
        if move and move.state != "draft":
            return "already posted" if move.state == "posted" else "cancelled here"
        if status == "draft":
            return "draft"
        return "zero" if ledger.is_zero(inv) else False

    @api.model
    def _fc_note_change(self, inv, move):
        """A posted invoice whose source differs now is reported, never altered.

        :return: the two totals in words, False where they agree"""
        if not move or move.state != "posted":
            return False
        total = ledger.number(inv.get("subtotal")) + ledger.number(inv.get("tax"))
        booked = move.amount_total * (-1 if move.move_type == "out_refund" else 1)
        if not move.currency_id.compare_amounts(float(total), booked):
            return False
        detail = self.env._("%(there).2f at the source, %(here).2f here", there=total, here=booked)
        move.write({"x_fc_ledger_issue": "changed_upstream", "x_fc_ledger_note": detail})
        return detail

    @api.model
    def _fc_book(self, inv, move):
        """:param move: the draft to write anew, or None
        :return: Booking"""
        subtotal, tax = ledger.number(inv.get("subtotal")), ledger.number(inv.get("tax"))
        currency = self._fc_currency(inv)
        partner = self._fc_partner_for(inv)
        lines = ledger.read_lines(inv.get("items"), subtotal, NO_ITEMS)
        day = self._fc_day(inv.get("invoice_date"))
        if not day:
            raise UserError(self.env._("The invoice has no date."))
        sign = -1 if subtotal + tax < 0 else 1
        booking = Booking(move, not move)
        taxes = self._fc_tax_for(float(subtotal), float(tax), partner)
        values = {
            "move_type": "out_refund" if sign < 0 else "out_invoice",
            "partner_id": partner.id,
            "invoice_date": day,
            "date": day,
            "ref": inv.get("invoice_number") or False,
            "currency_id": currency.id,
            "x_fc_nexacloud_invoice_id": str(inv["id"]),
            "x_fc_stripe_invoice_id": inv.get("stripe_invoice_id") or False,
            "x_fc_ledger_paid": self._fc_read_paid(inv, float(abs(subtotal + tax))),
            "x_fc_ledger_paid_on": self._fc_day(inv.get("paid_at")),
            "invoice_line_ids": [
                Command.create(self._fc_prepare_line(line, sign, taxes, booking)) for line in lines
            ],
        }
        booking.move = self._fc_write_draft(move, values)
        self._fc_check_amounts(booking, lines, subtotal, sign * tax)
        # Each write of a move works out its lines anew: one without an issue is spared it.
        issue, detail = (booking.issues or [("none", False)])[0]
        if (issue, detail) != (booking.move.x_fc_ledger_issue, booking.move.x_fc_ledger_note):
            booking.move.write({"x_fc_ledger_issue": issue, "x_fc_ledger_note": detail})
        return booking

    def _fc_write_draft(self, move, values):
        if move and move.move_type != values["move_type"]:
            move.unlink()
            move = None
        if not move:
            return self.env["account.move"].create(values)
        move.write({"invoice_line_ids": [Command.clear()]})
        move.write({key: value for key, value in values.items() if key != "move_type"})
        return move

    def _fc_prepare_line(self, line, sign, taxes, booking):
        family = self.env["fusion.billing.revenue.family"]._find_code(line.description)
        if not family:
            booking.issues.append(("unmapped_family", line.description[:80]))
        booking.lines.append((family or OTHER, line))
        return {
            "name": line.description,
            "quantity": float(line.quantity),
            "price_unit": sign * float(line.price),
            "account_id": self._fc_income_account(family or OTHER).id,
            "tax_ids": [Command.set(taxes.ids)],
        }

    def _fc_check_amounts(self, booking, lines, subtotal, tax):
        """Put a small difference of the tax on its line; what is larger stops the posting.

        :param tax: Decimal with the sign it has on this kind of document
        """
        move = booking.move
        off = move.currency_id.round(float(tax) - move.amount_tax)
        tax_line = move.line_ids.filtered("tax_line_id").sorted(
            lambda line: abs(line.amount_currency)
        )[-1:]
        if off and tax_line and abs(off) <= TAX_ALLOWANCE + 1e-9:
            tax_line.amount_currency += move.direction_sign * off
            off = move.currency_id.round(float(tax) - move.amount_tax)
        if off:
            detail = self.env._(
                "tax %(there).2f at the source, %(here).2f here", there=tax, here=move.amount_tax
            )
            booking.issues.insert(0, ("tax_mismatch", detail))
        items = sum((line.amount for line in lines), ledger.ZERO)
        if items != subtotal:
            detail = self.env._(
                "items %(items).2f, subtotal %(subtotal).2f", items=items, subtotal=subtotal
            )
            booking.issues.insert(0, ("subtotal_mismatch", detail))

    @api.model
    def _fc_currency(self, inv):
        """:raise UserError: unknown or inactive"""
        code = str(inv.get("currency") or "").strip().upper()
        if not code:
            return self._fc_company().currency_id
        currencies = self.env["res.currency"].with_context(active_test=False)
        currency = currencies.search([("name", "=", code)], limit=1)
        if not currency:
            raise UserError(self.env._("The currency %s is unknown.", code))
        if not currency.active:
            raise UserError(self.env._("The currency %s is not active.", code))
        return currency

    @api.model
    def _fc_partner_for(self, inv):
        """:return: customer of the source's user, made where there is none
        :raise ValueError: no user"""
        link = self.env["fusion.billing.account.link"]._resolve_or_create_partner(
            self._fc_service(),
            inv.get("user_external_id"),
            name=inv.get("partner_name"),
            email=inv.get("partner_email"),
        )
        return link.partner_id

    @api.model
    def _fc_family_for(self, description):
        """:return: code of the revenue family, ``other`` where no keyword is in the text"""
        return self.env["fusion.billing.revenue.family"]._find_code(description) or OTHER

    @api.model
    def _fc_income_account(self, family):
        """:param family: its code
        :return: income account in the ledger's company, made where it is missing"""
        families = self.env["fusion.billing.revenue.family"].sudo()
        found = families.search([("code", "=", family)]) or families.create(
            {"code": family, "name": family.title()}
        )
        return found._get_account(self._fc_company())

    @api.model
    def _fc_tax_for(self, subtotal, tax_amount, partner=None):
        """The sale tax whose amount on the subtotal is nearest; a rounded percentage would book
        Quebec's 14.975 % as 15 %. A tie goes to the customer's province, then to a plain tax.

        :return: account.tax, group taxes included; empty where no tax fits a zero
        """
        company = self._fc_company()
        taxes = self.env["account.tax"].sudo()
        taxes = taxes.search(
            [
                *taxes._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "in", ("percent", "group")),
            ]
        ).filtered(lambda tax: not any(tax.flatten_taxes_hierarchy().mapped("price_include")))
        currency = company.currency_id
        target = currency.round(abs(tax_amount))
        position = self._fc_find_position(partner)
        if not target:
            taxes = taxes.filtered(lambda tax: tax.amount_type == "percent" and not tax.amount)
        return min(
            taxes,
            key=lambda tax: (
                round(abs(_get_tax_amount(tax, abs(subtotal), currency) - target), 6),
                not _is_of_province(tax, partner, position),
                tax.amount_type != "percent",
                tax.sequence,
                tax.id,
            ),
            default=taxes,
        )

    def _fc_find_position(self, partner):
        """:return: the customer's fiscal position, or empty"""
        finder = self.env["account.fiscal.position"].sudo().with_company(self._fc_company())
        return finder._get_fiscal_position(partner) if partner else finder


def _is_of_province(tax, partner, position):
    positions = tax.fiscal_position_ids
    is_there = bool(partner) and bool(partner.state_id & positions.state_ids)
    return is_there or bool(position & positions)


def _merge(row, verified):
    """:return: the row, with what the provider says in place of the app's own word"""
    if not verified:
        return row
    status = "open"
    for state in ("paid", "draft", "void"):
        if verified.get(state):
            status = state
    return {
        **row,
        "status": status,
        "invoice_date": verified.get("invoice_date") or row.get("invoice_date"),
        "paid_at": verified.get("paid_at"),
        "amount_paid": verified.get("amount_paid"),
    }


def _get_tax_amount(tax, subtotal, currency):
    computed = tax.compute_all(
        subtotal, currency=currency, handle_price_include=False, rounding_method="round_globally"
    )
    return currency.round(sum(part["amount"] for part in computed["taxes"]))


def _count_booking(result, number, booking):
    result["created" if booking.is_new else "updated"] += 1
    for family, line in booking.lines:
        amount = result["by_family"].get(family, 0.0) + float(line.amount)
        result["by_family"][family] = round(amount, 2)
        result["lines_by_family"][family] = result["lines_by_family"].get(family, 0) + 1
    result["issues"] += [
        {"id": number, "issue": issue, "detail": detail} for issue, detail in booking.issues
    ]
