import json
import sys

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class LoginAudit(Command):
    """Verify the hash chain of the login audit: ``login_audit verify -d DB``"""

    name = "login_audit"

    def run(self, args):
        """Exit code 0: whole, 1: broken, 2: could not run. Prints the report as JSON."""
        if not args or args[0] != "verify":
            self.parser.print_help()
            sys.exit(2)
        try:
            report = self._verify(args[1:])
        except Exception as error:  # noqa: BLE001 - its exit code says it
            sys.stderr.write(f"The chain could not be verified: {error!r}\n")
            sys.exit(2)
        sys.stdout.write(json.dumps(report) + "\n")
        sys.exit(0 if report["ok"] else 1)

    def _verify(self, options):
        """:return: the report of ``fusion.login.audit._fc_verify_chain``"""
        config.parse_config(options, setup_logging=True)
        (name,) = config["db_name"]
        with Registry(name).cursor(readonly=True) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["fusion.login.audit"]._fc_verify_chain()
