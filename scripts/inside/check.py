# Fed to Odoo's shell: what the hooks of fusion_base say about this database, and the support
# bundle, as JSON.
import json

answer = {
    "report": env["fusion.health"]._fusion_report(),  # noqa: F821 - the shell's
    "bundle": env["fusion.support"]._get_bundle(),  # noqa: F821
}
print("ANSWER=" + json.dumps(answer, default=str))
