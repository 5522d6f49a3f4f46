from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import BillingCase

PREFIX = "fusion_centralize_billing.group_billing_"
ALL = "rwcu"
#: {model: rights of reader, manager, administrator}
RIGHTS = {
    "fusion.billing.service": ("r", "r", ALL),
    "fusion.billing.api.key": ("", "", "rw"),
    "fusion.billing.api.log": ("", "", "r"),
    "fusion.billing.api.daily": ("", "", "r"),
    "fusion.billing.webhook.secret": ("", "", ""),
    "fusion.billing.account.link": ("r", "rw", "rw"),
    "fusion.billing.metric": ("r", ALL, ALL),
    "fusion.billing.plan": ("r", ALL, ALL),
    "fusion.billing.charge": ("r", ALL, ALL),
    "fusion.billing.charge.tier": ("r", ALL, ALL),
    "fusion.billing.usage": ("r", "r", "r"),
    "fusion.billing.usage.upload": ("r", ALL, ALL),
    "fusion.billing.usage.log": ("r", "r", "r"),
    "fusion.billing.segment": ("r", "r", "r"),
    "fusion.billing.threshold.hit": ("r", "r", "r"),
    "fusion.billing.webhook": ("r", "r", "r"),
    "fusion.billing.webhook.attempt": ("r", "r", "r"),
    "fusion.billing.idempotency": ("", "", ""),
    "fusion.billing.secret": ("", "", "rc"),
    "fusion.billing.reconciliation": ("r", "rw", "rw"),
    "fusion.billing.cutover": ("r", "r", ALL),
    "fusion.billing.cutover.line": ("r", "r", "r"),
    "fusion.billing.simulation": ("rwc", "rwc", "rwc"),
    "fusion.billing.simulation.usage": (ALL, ALL, ALL),
    "fusion.billing.resolve": ("", "rwc", "rwc"),
    "fusion.billing.wallet": ("r", ALL, ALL),
    "fusion.billing.wallet.entry": ("r", "r", "r"),
    "fusion.billing.wallet.top.up": ("", "rwc", "rwc"),
    "fusion.billing.coupon": ("r", ALL, ALL),
    "fusion.billing.coupon.use": ("r", ALL, ALL),
    "fusion.billing.anomaly": ("r", "r", "r"),
    "fusion.billing.source.run": ("", "", "r"),
    "fusion.billing.revenue": ("r", "r", "r"),
    "fusion.billing.margin": ("r", "r", "r"),
    "fusion.billing.revenue.family": ("r", ALL, ALL),
    "fusion.billing.nexacloud": ("", "", ""),
    "fusion.billing.import.wizard": ("", "", "rwc"),
    "fusion.billing.invoice.ledger.wizard": ("", "", "rwc"),
}


@tagged("post_install", "-at_install")
class TestSecurity(BillingCase):
    def rights(self, user, model):
        operations = zip("rwcu", ("read", "write", "create", "unlink"), strict=True)
        records = self.env[model].with_user(user)
        return "".join(letter for letter, name in operations if records.has_access(name))

    def test_rights_by_role(self):
        ours = {name for name in self.env if name.startswith("fusion.billing.")}
        self.assertEqual(ours, set(RIGHTS), "a model has no row in this table")
        for number, role in enumerate(("user", "manager", "admin")):
            user = new_test_user(self.env, f"billing_{role}", groups=PREFIX + role)
            for model, rights in RIGHTS.items():
                with self.subTest(role=role, model=model):
                    self.assertEqual(self.rights(user, model), rights[number])

    def test_others_see_nothing(self):
        for groups in ("base.group_user", "base.group_portal", "base.group_public"):
            user = new_test_user(self.env, groups, groups=groups)
            for model in RIGHTS:
                with self.subTest(groups=groups, model=model):
                    self.assertEqual(self.rights(user, model), "")

    def test_another_company_s_rows_are_hidden(self):
        order = self.subscribe()
        self.push(5)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env, "elsewhere", groups=PREFIX + "admin", company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )  # fmt: skip
        for model in ("fusion.billing.service", "fusion.billing.account.link",
                      "fusion.billing.plan", "fusion.billing.charge",
                      "fusion.billing.usage"):  # fmt: skip
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(user).search([]))
        with self.assertRaises(AccessError):
            self.maps.with_user(user).action_generate_key()
        self.assertTrue(order)

    def test_a_reader_makes_no_key(self):
        reader = new_test_user(self.env, "reader", groups=PREFIX + "user")
        for method in ("action_generate_key", "action_rotate_secret", "action_send_test_event"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.maps.with_user(reader), method)()
        self.assertFalse(self.maps.api_key_ids)

    def test_corrections_are_only_added(self):
        self.subscribe()
        self.push(5, idempotency_key="k")
        self.push(6, idempotency_key="k")
        row = self.env["fusion.billing.usage.log"].search([], limit=1)
        with self.assertRaises(AccessError):
            row.write({"new_quantity": 1})
