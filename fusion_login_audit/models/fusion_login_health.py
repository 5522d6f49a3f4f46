from odoo import api, fields, models


class FusionLoginHealth(models.TransientModel):
    """The rows of the health list, made anew each time it is opened."""

    _name = "fusion.login.health"
    _description = "Login Audit Health"

    label = fields.Char("Check", readonly=True)
    value = fields.Char(readonly=True)
    state = fields.Selection(
        [("ok", "Good"), ("warning", "Warning"), ("error", "Error")], readonly=True
    )

    @api.model
    def action_open(self):
        """:return: list action with one row per check
        :raise AccessError: for anybody but a system administrator
        """
        self.check_access("create")
        checks = self.env["fusion.health"].sudo()._fc_get_login_checks()
        rows = self.create(
            [
                {
                    "label": check["label"],
                    "value": f"{check['value']} {check['unit']}".strip(),
                    "state": check["state"],
                }
                for check in checks
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Login Audit Health"),
            "res_model": self._name,
            "view_mode": "list",
            "domain": [("id", "in", rows.ids)],
            "target": "current",
        }
