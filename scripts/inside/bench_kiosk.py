# Fed to Odoo's shell: COUNT employees with a badge, and with fusion_clock a card kiosk on top.
import os

count = int(os.environ["COUNT"])
company = env.company  # noqa: F821
company.attendance_kiosk_mode = "barcode"
employees = env["hr.employee"].create(  # noqa: F821
    [{"name": f"Person {number}", "barcode": f"B{number:05}"} for number in range(count)]
)
if "fusion.clock.location" in env:  # noqa: F821
    location = env["fusion.clock.location"].create({"name": "Front door"})  # noqa: F821
    company.x_fclk_nfc_kiosk_location_id = location
    for number, employee in enumerate(employees):
        employee.x_fclk_nfc_card_uid = f"04A2B562{number:04X}"
    parameters = env["ir.config_parameter"]  # noqa: F821
    for key, value in (
        ("enable_nfc_kiosk", "True"),
        ("nfc_photo_required", False),
        ("tap_debounce_seconds", "0"),
    ):
        parameters.set_param(f"fusion_clock.{key}", value)
    groups = env.ref("base.group_portal") + env.ref(  # noqa: F821
        "fusion_clock.group_fusion_clock_kiosk"
    )
    env["res.users"].create(  # noqa: F821
        {"name": "Wall", "login": "wall", "password": "wall", "group_ids": [(6, 0, groups.ids)]}
    )
env.cr.commit()  # noqa: F821
env.cr.execute("ANALYZE")  # noqa: F821
env.cr.commit()  # noqa: F821
print(f"KIOSK={company.attendance_kiosk_key}")
