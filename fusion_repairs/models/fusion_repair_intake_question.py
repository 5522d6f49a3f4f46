from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FusionRepairIntakeQuestion(models.Model):
    _name = "fusion.repair.intake.question"
    _description = "Intake Question"
    _order = "sequence, id"
    _rec_name = "label"

    template_id = fields.Many2one(
        "fusion.repair.intake.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    label = fields.Char("Question", required=True, translate=True)
    kind = fields.Selection(
        [
            ("text", "Text"),
            ("yes_no", "Yes or No"),
            ("choice", "Choice"),
            ("number", "Number"),
            ("photo", "Photo"),
        ],
        required=True,
        default="text",
    )
    choices = fields.Text(translate=True, help="One per line.")
    required = fields.Boolean()
    client_visible = fields.Boolean("Asked Online", default=True)
    unsafe_when = fields.Char("Unsafe When", help="The answer that makes the unit unsafe.")
    advice = fields.Text(translate=True, help="Shown and mailed when the answer is unsafe.")

    @api.constrains("kind", "choices")
    def _check_choices(self):
        for question in self:
            if question.kind == "choice" and len(question._get_choices()) < 2:
                raise ValidationError(
                    self.env._("“%(question)s” needs two choices.", question=question.label)
                )

    def _get_choices(self):
        return [line.strip() for line in (self.choices or "").splitlines() if line.strip()]

    def _is_unsafe(self, value):
        """:param value: the answer as text, ``yes`` or ``no`` for that kind"""
        wanted, given = (self.unsafe_when or "").strip().lower(), (value or "").strip().lower()
        return bool(wanted) and wanted == given

    def _clean(self, value):
        """:return: the answer as text
        :raise ValidationError: for an answer that this question does not know
        """
        text = str(value if value is not None and value is not False else "").strip()
        if value is True:
            text = "yes"
        is_known = {
            "yes_no": text.lower() in ("", "yes", "no"),
            "choice": text in ("", *self._get_choices()),
            "number": not text or _is_number(text),
        }
        if not is_known.get(self.kind, True):
            raise ValidationError(
                self.env._("“%(value)s” does not answer “%(question)s”.",
                           value=text[:50], question=self.label)
            )  # fmt: skip
        return text.lower() if self.kind == "yes_no" else text


def _is_number(text):
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
