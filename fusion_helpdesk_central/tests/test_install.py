from odoo.exceptions import UserError
from odoo.modules import get_module_path
from odoo.tests import Form, TransactionCase, tagged

from ..hooks import post_init_hook, uninstall_hook
from .common import CentralCase, P


@tagged("post_install", "-at_install")
class TestInstall(CentralCase):
    def param(self, name):
        return self.env["ir.config_parameter"].get_param(P + name)

    def test_figures_are_written_once(self):
        self.set_config(engagement_reminder_days=False, key_grace_days="9")
        post_init_hook(self.env)
        self.assertEqual(self.param("engagement_reminder_days"), "3")
        self.assertEqual(self.param("key_grace_days"), "9")
        self.assertEqual(self.param("engagement_expiry_days"), "30")

    def test_uninstalling_closes_every_door_and_keeps_tickets(self):
        ticket = self.make_ticket()
        bots = (self.key_a | self.key_b).bot_user_id
        uninstall_hook(self.env)
        self.assertFalse(any(bots.mapped("active")))
        self.assertFalse(self.env["res.users.apikeys"].sudo().search([("user_id", "in", bots.ids)]))
        self.assertTrue(ticket.exists())

    def test_neutralised_copy_takes_no_calls(self):
        self.set_config(openai_api_key="sk-canary")
        self.env.flush_all()
        path = f"{get_module_path('fusion_helpdesk_central')}/data/neutralize.sql"
        with open(path) as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertFalse(self.param("openai_api_key"))
        self.assertEqual((self.key_a | self.key_b).mapped("state"), ["revoked", "revoked"])
        check = self.env["res.users.apikeys"]._check_credentials
        self.assertFalse(check(scope="rpc", key=self.secret_a))

    def test_settings_zero_means_off(self):
        with Form(self.env["res.config.settings"]) as form:
            self.assertEqual(form.fhc_engagement_reminder_days, 3)
            form.fhc_engagement_reminder_days = 0
            form.fhc_openai_api_key = "sk-new"
        form.record.execute()
        self.assertFalse(self.param("engagement_reminder_days"))
        self.assertEqual(self.param("openai_api_key"), "sk-new")
        self.assertEqual(self.tickets._cron_engagement_reminders(), 0)

    def test_settings_refuse_nonsense(self):
        for values in ({"fhc_writes_per_hour": -1}, {"fhc_engagement_reply_to": "nobody"}):
            settings = self.env["res.config.settings"].create(values)
            with self.subTest(values=values), self.assertRaises(UserError):
                settings.execute()

    def test_backfill_from_the_settings(self):
        settings = self.env["res.config.settings"].create({})
        for action in (settings.action_fhc_backfill_preview, settings.action_fhc_backfill):
            self.assertIn("0 updated", action()["params"]["message"])

    def test_health_and_start(self):
        health = self.env["fusion.health"]
        self.make_ticket()._fc_start_engagement(self.key_a, "")
        checks = {row["code"]: row for row in health._fusion_health_checks()}
        silent = checks["fusion_helpdesk_central.silent"]
        self.assertEqual((silent["state"], silent["value"]), ("warning", 2))
        (self.key_a | self.key_b).sudo().last_seen_at = self.hours_ago(1)
        checks = {row["code"]: row for row in health._fusion_health_checks()}
        self.assertEqual(checks["fusion_helpdesk_central.silent"]["state"], "ok")
        self.assertEqual(checks["fusion_helpdesk_central.reminder_job"]["state"], "ok")
        self.tickets.search([("x_fc_engagement_state", "=", "pending")]).write(
            {"x_fc_engagement_sent_at": self.hours_ago(24 * 8)}
        )
        checks = {row["code"]: row for row in health._fusion_health_checks()}
        self.assertEqual(checks["fusion_helpdesk_central.stuck"]["value"], 1)

        def invariants():
            rows = health._fusion_invariants()
            return {row["code"].rpartition(".")[2]: row["ok"] for row in rows}

        self.assertTrue(invariants()["bots_without_group"])
        self.assertTrue(invariants()["pending_with_owner"])
        self.key_a.bot_user_id.sudo().group_ids = self.env.ref("base.group_portal")
        self.assertFalse(invariants()["bots_without_group"])

        def links(user):
            return {
                link["url"] for link in self.env(user=user)["fusion.start"]._fusion_start_links()
            }

        url = "/odoo/action-fusion_helpdesk_central.action_client_keys"
        self.assertIn(url, links(self.manager.id))
        self.assertNotIn(url, links(self.employee.id))

    def test_reporting_is_where_it_belongs(self):
        ref = self.env.ref
        self.assertEqual(
            ref(P + "menu_owner_engagements").parent_id,
            ref("helpdesk.helpdesk_ticket_report_menu_main"),
        )
        self.assertEqual(
            ref(P + "menu_client_keys").parent_id, ref("helpdesk.helpdesk_menu_config")
        )
        action = ref(P + "action_owner_engagements")
        self.assertEqual(action.view_mode, "pivot,graph,list,kanban,form")
        self.assertEqual(action.domain, "[('x_fc_engagement_state', '!=', 'none')]")
        bulk = ref(P + "action_bulk_request_owner_approval")
        self.assertEqual(bulk.binding_model_id.model, "helpdesk.ticket")


@tagged("post_install", "-at_install")
class TestViews(TransactionCase):
    def test_filters_of_the_search(self):
        view = self.env["helpdesk.ticket"].get_view(
            self.env.ref("helpdesk.helpdesk_tickets_view_search").id, "search"
        )
        for name in ("group_client_label", "engagement_pending", "engagement_stuck"):
            self.assertIn(f'name="{name}"', view["arch"])
        domain = [("x_fc_engagement_state", "=", "pending"),
                  ("x_fc_engagement_sent_at", "<", "-7d")]  # fmt: skip
        self.env["helpdesk.ticket"].search(domain)
