"""Bars of a daily graph, for an inline SVG that needs no JavaScript."""

WIDTH, HEIGHT, GAP = 720, 120, 2


def bars(values):
    """:param values: list of (label, number 0 or more), one for each day
    :return: list of ``{"label", "x", "y", "width", "height"}`` in a box of WIDTH by HEIGHT; the
        largest number reaches the top
    """
    if not values:
        return []
    step = WIDTH / len(values)
    most = max(number for _label, number in values) or 1
    found = []
    for place, (label, number) in enumerate(values):
        height = round(max(number, 0) / most * HEIGHT, 2)
        found.append(
            {
                "label": label,
                "x": round(place * step, 2),
                "y": round(HEIGHT - height, 2),
                "width": round(max(step - GAP, step / 2), 2),
                "height": height,
            }
        )
    return found
