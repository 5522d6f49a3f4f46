import ast
import re
import tempfile
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from odoo.addons import __path__ as addons_paths

ADDON = "sale_subscription"
ROW = re.compile(r"^\| (model|field|method|xmlid) \| `([\w.]+)` \|", re.M)
#: Models and external ids of the subscription app, as they stand in code, views and data.
NAME = re.compile(
    r"(?<![\w./])(sale_subscription\.[a-z_]\w*|sale\.subscription(?:\.[a-z]\w*)*"
    r"|sale\.order\.(?:log|close)(?:\.[a-z]\w*)*)(?![\w(])"
)
WORD = re.compile(r"[A-Za-z_]\w*")


def listed():
    """:return: {kind: set of names} of SURFACE.md"""
    text = (Path(__file__).resolve().parents[1] / "SURFACE.md").read_text()
    found = {"model": set(), "field": set(), "method": set(), "xmlid": set()}
    for kind, name in ROW.findall(text):
        found[kind].add(name)
    return found


def faults(folder, allowed, private):
    """Yield a sentence for each thing of the subscription app that is not on the surface.

    :param private: names of fields and methods that only the stand-in has
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".py", ".xml", ".csv") or "tests" in path.parts:
            continue
        text = path.read_text()
        if path.name == "__manifest__.py":
            text = ""
        names = {name.removesuffix(".") for name in NAME.findall(text)}
        words = _members(text) if path.suffix == ".py" else set(WORD.findall(text))
        for name in sorted((names - allowed) | (words & private)):
            yield f"{path.relative_to(folder)}: {name} is not on the surface"


def _members(text):
    return {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}


@tagged("post_install", "-at_install")
class TestSurface(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = listed()
        cls.allowed = cls.names["model"] | cls.names["xmlid"]

    def private_names(self):
        """:return: what the stand-in adds to its models and SURFACE.md does not list"""
        models = ("sale.order", "sale.order.line", "account.move", "account.move.line",
                  "product.template", "sale.subscription.plan")  # fmt: skip
        own, others = set(), set()
        for model in models:
            for base in type(self.env[model]).mro():
                names = {name for name in vars(base) if not name.startswith("__")}
                (own if getattr(base, "_module", None) == ADDON else others).update(names)
        shown = {
            name.rpartition(".")[2] for kind in ("field", "method") for name in self.names[kind]
        }
        return own - others - shown

    def test_all_that_is_listed_exists(self):
        self.assertGreaterEqual(len(self.names["field"]), 30)
        for model in self.names["model"]:
            self.assertIn(model, self.env)
        for xmlid in self.names["xmlid"]:
            self.assertTrue(self.env.ref(xmlid, raise_if_not_found=False), xmlid)
        for name in self.names["method"]:
            model, _dot, method = name.rpartition(".")
            self.assertTrue(callable(getattr(self.env[model], method, None)), name)
        for name in self.names["field"]:
            model, _dot, field = name.rpartition(".")
            self.assertIn(field, self.env[model]._fields, name)

    def test_addons_of_the_suite_use_nothing_else(self):
        private = self.private_names()
        for root in addons_paths:
            for manifest in Path(root).glob("fusion_*/__manifest__.py"):
                if f'"{ADDON}"' in manifest.read_text():
                    with self.subTest(addon=manifest.parent.name):
                        found = list(faults(manifest.parent, self.allowed, private))
                        self.assertEqual(found, [])

    def test_what_is_not_listed_is_found(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "good.py").write_text('env["sale.subscription.plan"]\norder.set_close()\n')
            absent = ".".join(("sale", "subscription"))  # no model of this name exists
            (folder / "bad.py").write_text(f'env["{absent}"].search([])\norder._get_period()\n')
            (folder / "bad.xml").write_text('<field ref="sale_subscription.sale_order_view_form"/>')

            found = sorted(faults(folder, self.allowed, self.private_names()))

        self.assertEqual(
            found,
            [
                "bad.py: _get_period is not on the surface",
                f"bad.py: {absent} is not on the surface",
                "bad.xml: sale_subscription.sale_order_view_form is not on the surface",
            ],
        )
