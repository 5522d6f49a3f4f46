{
    "name": "Fusion Base",
    "summary": "Seams and helpers shared by every Fusion addon",
    "version": "19.0.1.0.0",
    "category": "Fusion",
    "author": "Nexa Systems Inc.",
    "license": "LGPL-3",
    "depends": ["web"],
    "data": [
        "data/ir_module_category_data.xml",
    ],
}
