"""The health report as OpenMetrics text, https://prometheus.io/docs/specs/om/open_metrics_spec/."""

OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_STATES = {"ok": 0, "warning": 1, "error": 2}


def render_openmetrics(report):
    """:param report: dict of ``fusion.health._fusion_report()``
    :return: text; a check's value appears only where it is a number
    """
    checks, invariants = report["checks"], report["invariants"]
    numeric = [check for check in checks if type(check["value"]) in (int, float)]
    lines = [
        *_family("fusion_check_state", "0 ok, 1 warning, 2 error."),
        *(
            _sample("fusion_check_state", _STATES.get(check["state"], 2), code=check["code"])
            for check in checks
        ),
        *_family("fusion_check_value", "What the check measured, in its unit."),
        *(
            _sample("fusion_check_value", check["value"], code=check["code"], unit=check["unit"])
            for check in numeric
        ),
        *_family("fusion_invariant_ok", "1 where the invariant holds."),
        *(_sample("fusion_invariant_ok", int(row["ok"]), code=row["code"]) for row in invariants),
        "# EOF\n",
    ]
    return "\n".join(lines)


def _family(name, text):
    return [f"# TYPE {name} gauge", f"# HELP {name} {text}"]


def _sample(name, value, **labels):
    pairs = ",".join(f'{label}="{_escape(text)}"' for label, text in labels.items())
    return f"{name}{{{pairs}}} {value}"


def _escape(text):
    text = str(text or "")
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
