from . import (
    fusion_pdf_preview_log,
    ir_actions_report,
    ir_attachment,
    ir_config_parameter,
    ir_http,
    res_config_settings,
    res_users,
)
