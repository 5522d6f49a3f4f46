"""What makes a troubleshooting chart complete. Plain graphs: no records, no texts."""


def find_faults(nodes, start, client_safe=False):
    """:param nodes: list of ``{"id", "kind", "staff_only", "outcome", "targets", "edges"}``
    :param start: id of the first node, falsy when none is chosen
    :return: list of ``(node id, code)`` in the order of the nodes; node 0 is the whole chart;
        codes: ``no_start``, ``few_choices``, ``one_next``, ``end_goes_on``, ``no_outcome``,
        ``unreachable``, ``cycle``, ``staff_only``
    """
    targets = {node["id"]: node["targets"] for node in nodes}
    faults = [] if start in targets else [(0, "no_start")]
    reached = _walk(targets, start) if start in targets else set(targets)
    circles = _find_circles(targets)
    for node in nodes:
        faults += [(node["id"], code) for code in _check_node(node, client_safe)]
        if node["id"] not in reached:
            faults.append((node["id"], "unreachable"))
        if node["id"] in circles:
            faults.append((node["id"], "cycle"))
    return faults


def _check_node(node, client_safe):
    wrong = {
        "few_choices": node["kind"] == "question" and node["edges"] < 2,
        "one_next": node["kind"] == "instruction" and node["edges"] != 1,
        "end_goes_on": node["kind"] == "outcome" and node["edges"] > 0,
        "no_outcome": node["kind"] == "outcome" and not node["outcome"],
        "staff_only": client_safe and node["staff_only"],
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


def _walk(targets, start):
    """:return: set of the nodes that a way from the start leads to"""
    reached, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += targets.get(node, ())
    return reached


def _find_circles(targets):
    """:return: set of the nodes from which a way leads back to themselves"""
    return {
        node
        for node, nexts in targets.items()
        if any(node in _walk(targets, following) for following in nexts)
    }
