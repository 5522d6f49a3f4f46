from odoo.tests import tagged

from .common import CentralCase

ROW = "<tr><td>User</td><td><code>Bo &amp; Co (#12, Bo@Birch.example.com)</code></td></tr>"
DRESSED = (
    '<table class="x"><tbody><tr><td style="a: b">User</td><td class="y"><code class="z">'
    "Cy Dee (#13, cy)</code></td></tr></tbody></table>"
)


@tagged("post_install", "-at_install")
class TestBackfill(CentralCase):
    def old(self, name="[BIRCH] Bug Report: X", body=ROW, **values):
        ticket = self.tickets.create({"name": name, **values})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET description = %s WHERE id = %s", [body, ticket.id]
        )
        ticket.invalidate_recordset()
        return ticket

    def run_it(self, **options):
        return self.tickets._fc_backfill_identity(**options)

    def test_identity_comes_back_in_silence(self):
        self.tickets.search([]).unlink()
        own = self.old()
        by_uid = self.old("[birch] Feature Request: Y", DRESSED)
        self.old("[UNKNOWN] Bug Report: X")
        self.old("No label")
        self.old("[BIRCH] No table", "<p>Nothing</p>")
        mails = self.env["mail.mail"].search_count([])

        dry = self.run_it()
        self.assertEqual(dry, {"scanned": 4, "matched": 2, "updated": 0, "skipped": 2})
        self.assertFalse(own.x_fc_client_label)

        done = self.run_it(dry_run=False)
        self.assertEqual(done, {"scanned": 4, "matched": 2, "updated": 2, "skipped": 2})
        self.assertEqual(
            (own.x_fc_client_label, own.x_fc_client_key_id, own.x_fc_reporter_uid,
             own.partner_name, own.partner_email),
            ("BIRCH", self.key_a, 12, "Bo & Co", "bo@birch.example.com"),
        )  # fmt: skip
        self.assertIn(own.partner_id, own.message_partner_ids)
        self.assertEqual(
            (by_uid.x_fc_reporter_uid, by_uid.partner_email, by_uid.partner_id.id),
            (13, False, False),
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        again = self.run_it(dry_run=False)
        self.assertEqual((again["matched"], again["updated"]), (0, 0))

    def test_what_is_there_stays(self):
        ticket = self.old(partner_name="Kept", partner_email="kept@birch.example.com")
        self.run_it(dry_run=False)
        self.assertEqual(
            (ticket.partner_name, ticket.partner_email), ("Kept", "kept@birch.example.com")
        )

    def test_recovered_ticket_is_listed(self):
        ticket = self.old()
        self.run_it(dry_run=False)
        identity = {"uid": 12, "email": ""}
        rows = self.gateway().list_tickets(self.payload(identity=identity))["tickets"]
        self.assertEqual([row["id"] for row in rows], [ticket.id])
        url = self.gateway().get_ticket(self.payload(ticket_id=ticket.id, identity=identity))
        self.assertIn("access_token=", url["ticket"]["url"])
