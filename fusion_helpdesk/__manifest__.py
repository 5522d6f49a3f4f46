{
    "name": "Fusion Helpdesk",
    "summary": "Report bugs and read support's answers without leaving Odoo",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "author": "Nexa Systems Inc.",
    "license": "LGPL-3",
    "depends": ["base", "web", "mail", "fusion_base"],
    "data": [
        "security/fusion_helpdesk_groups.xml",
        "security/ir.model.access.csv",
        "security/fusion_helpdesk_security.xml",
        "data/ir_cron_data.xml",
        "views/fusion_helpdesk_outbox_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "demo": ["demo/fusion_helpdesk_demo.xml"],
    "assets": {
        "web.assets_backend": [
            "fusion_helpdesk/static/src/systray/systray.scss",
            "fusion_helpdesk/static/src/dialog/dialog.scss",
            "fusion_helpdesk/static/src/core/*.js",
            "fusion_helpdesk/static/src/dialog/*.js",
            "fusion_helpdesk/static/src/dialog/*.xml",
            "fusion_helpdesk/static/src/systray/*.js",
            "fusion_helpdesk/static/src/systray/*.xml",
        ],
    },
}
