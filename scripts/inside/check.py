# Fed to Odoo's shell: what the hooks of fusion_base say about this database, as JSON.
import json

print("REPORT=" + json.dumps(env["fusion.health"]._fusion_report()))  # noqa: F821
