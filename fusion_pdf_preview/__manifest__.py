{
    "name": "Fusion PDF Preview",
    "summary": "PDF documents and reports open in a dialog, and every opening is logged",
    "version": "19.0.1.0.1",
    "category": "Tools",
    "author": "Nexa Systems Inc.",
    "license": "LGPL-3",
    "depends": ["base_setup", "fusion_base", "web"],
    "data": [
        "security/fusion_pdf_preview_groups.xml",
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
        "views/fusion_pdf_preview_log_views.xml",
        "views/ir_actions_report_views.xml",
        "views/res_users_views.xml",
        "views/res_config_settings_views.xml",
        "views/fusion_pdf_preview_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "fusion_pdf_preview/static/src/js/last_click.js",
            "fusion_pdf_preview/static/src/js/open_dialog.js",
            "fusion_pdf_preview/static/src/js/open_attachment_action.js",
            "fusion_pdf_preview/static/src/js/pdf_preview.js",
        ],
        # Loaded with the first document that is shown, not with every page.
        "fusion_pdf_preview.assets_dialog": [
            ("include", "web._assets_helpers"),
            "fusion_pdf_preview/static/src/js/document_log.js",
            "fusion_pdf_preview/static/src/js/viewer.js",
            "fusion_pdf_preview/static/src/components/pdf_preview_dialog/pdf_preview_dialog.js",
            "fusion_pdf_preview/static/src/components/pdf_preview_dialog/pdf_preview_dialog.xml",
            "fusion_pdf_preview/static/src/components/pdf_preview_dialog/pdf_preview_dialog.scss",
        ],
    },
}
