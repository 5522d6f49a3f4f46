from odoo import fields, models


class FusionTechnicianTaskPhoto(models.Model):
    _name = "fusion.technician.task.photo"
    _description = "Task Photo"
    _order = "taken_at, id"
    _rec_name = "caption"

    task_id = fields.Many2one(
        "fusion.technician.task", required=True, ondelete="cascade", index=True
    )
    stage = fields.Selection(
        [("before", "Before"), ("after", "After"), ("other", "Other")],
        required=True,
        default="other",
    )
    image = fields.Image(required=True, attachment=True, max_width=1920, max_height=1920)
    caption = fields.Char()
    taken_at = fields.Datetime(required=True, default=fields.Datetime.now)
    device_key = fields.Char(
        readonly=True, help="Made by the phone: a photo sent twice is kept once."
    )
    author_id = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.uid
    )

    _device_key_uniq = models.UniqueIndex("(task_id, device_key) WHERE device_key IS NOT NULL")
