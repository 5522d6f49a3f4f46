from odoo import api, models
from odoo.exceptions import ValidationError

from ..const import PASSWORD_KEY, PASSWORD_MIN_LENGTH


class IrConfigParameter(models.Model):
    """Readers of our settings, and the enrolment password that is never kept in clear.

    A missing row means off, 0 or empty; the install values are data rows.
    """

    _inherit = "ir.config_parameter"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._fclk_prepare_vals(vals) for vals in vals_list])

    def write(self, vals):
        if PASSWORD_KEY not in (vals.get("key"), *self.mapped("key")):
            return super().write(vals)
        for parameter in self:
            row = {"key": parameter.key, "value": parameter.value, **vals}
            if row["key"] == PASSWORD_KEY and not row["value"]:
                parameter.unlink()
            else:
                super(IrConfigParameter, parameter).write(self._fclk_prepare_vals(row))
        return True

    @api.model
    def _fclk_get_bool(self, name):
        """:param name: key without the ``fusion_clock.`` prefix
        :return: whether the row says True or 1; any other text, or no row, is off"""
        return self._fclk_get_text(name).lower() in ("true", "1")

    @api.model
    def _fclk_get_float(self, name):
        """:return: the figure, 0.0 for no row or no figure, never negative"""
        try:
            value = float(self._fclk_get_text(name))
        except ValueError:
            return 0.0
        return value if 0 <= value < float("inf") else 0.0

    @api.model
    def _fclk_get_int(self, name):
        """:return: the figure without decimals, 0 for no row or no figure"""
        return int(self._fclk_get_float(name))

    @api.model
    def _fclk_get_text(self, name):
        """:return: the row's text, '' for no row"""
        return (self.sudo()._get_param(f"fusion_clock.{name}") or "").strip()

    @api.model
    def _fclk_is_enroll_password(self, password):
        """:return: whether ``password`` opens the kiosk's manager page; False while none is set"""
        stored = self._fclk_get_text("nfc_enroll_password")
        if not stored or not isinstance(password, str) or not password:
            return False
        return self.env["res.users"]._crypt_context().verify(password, stored)

    @api.model
    def _fclk_prepare_vals(self, vals):
        """Hash the enrolment password, whoever writes it."""
        if vals.get("key") != PASSWORD_KEY:
            return vals
        return {**vals, "value": self._fclk_hash_password(vals.get("value"))}

    @api.model
    def _fclk_hash_password(self, password):
        context = self.env["res.users"]._crypt_context()
        password = str(password or "")
        if password and context.identify(password) not in (None, "plaintext"):
            return password  # already a hash, for example a restored row
        if len(password) < PASSWORD_MIN_LENGTH:
            raise ValidationError(
                self.env._(
                    "The enrolment password needs at least %(count)s characters.",
                    count=PASSWORD_MIN_LENGTH,
                )
            )
        return context.hash(password)

    @api.model
    def set_param(self, key, value):
        if key == PASSWORD_KEY and value is not False and value is not None and not value:
            value = False  # an empty password is no password
        return super().set_param(key, value)
