{
    "name": "Fusion Base",
    "summary": "Seams and helpers shared by every Fusion addon",
    "version": "19.0.1.1.0",
    "category": "Hidden",
    "author": "Nexa Systems Inc.",
    "license": "LGPL-3",
    "depends": ["web"],
    "data": [
        "data/ir_module_category_data.xml",
        "views/fusion_start_templates.xml",
        "views/res_config_settings_views.xml",
    ],
    "demo": ["demo/company_demo.xml"],
    "assets": {
        "web._assets_primary_variables": ["fusion_base/static/src/scss/tokens.scss"],
        "web.assets_frontend": ["fusion_base/static/src/scss/start.scss"],
    },
}
