"""Side and plan views of what was measured, as SVG: to scale, with dimensions.

Numbers are inches. ``say(name, number)`` makes the text of a dimension from the name of a field.
"""

from xml.sax.saxutils import escape

DRAWN_WIDTH, DRAWN_HEIGHT = 520, 240  # most that one view takes, in units of the SVG
SIDE, EDGE, ROW, TITLE = 250, 70, 30, 46
INK, PALE, MARK, MEASURE = "#374151", "#e5e7eb", "#6d28d9", "#1d4ed8"
FONT = 'font-family="sans-serif" font-size="14"'
FLOOR_IN, STEP_IN, HANDRAIL_IN = 36, 48, 34  # drawn where nothing was measured; 34 in = 865 mm


class View:
    """One view: shapes in inches, y upwards, and dimensions that are stacked around them."""

    def __init__(self):
        self.shapes, self.below, self.left, self.right = [], [], [], []

    def line(self, *points, color=INK, dashes="", width=1.5):
        style = f'fill="none" stroke="{color}" stroke-width="{width}" stroke-dasharray="{dashes}"'
        self.shapes.append(("polyline", points, style))

    def area(self, *points, fill=PALE, color=INK, dashes=""):
        style = f'fill="{fill}" stroke="{color}" stroke-width="1.5" stroke-dasharray="{dashes}"'
        self.shapes.append(("polygon", points, style))

    def box(self, left, bottom, right, top, **style):
        self.area((left, bottom), (right, bottom), (right, top), (left, top), **style)

    def circle(self, x, y, radius):
        edges = ((x - radius, y - radius), (x + radius, y + radius))
        self.shapes.append(("circle", edges, f'fill="none" stroke="{MARK}" stroke-width="1.5"'))

    def across(self, start, end, text):
        self.below.append((start, end, text))

    def up(self, start, end, text, on_left=False):
        (self.left if on_left else self.right).append((start, end, text))

    @property
    def bounds(self):
        """:return: (left, bottom, right, top)"""
        points = [point for _kind, points, _style in self.shapes for point in points]
        across, upwards = zip(*points, strict=True)
        return min(across), min(upwards), max(across), max(upwards)

    @property
    def scale(self):
        left, bottom, right, top = self.bounds
        return min(DRAWN_WIDTH / (right - left), DRAWN_HEIGHT / max(top - bottom, 1))

    def height(self, scale):
        _left, bottom, _right, top = self.bounds
        return (top - bottom) * scale + ROW * (len(self.below) + 1)

    def draw(self, scale, margin, offset):
        """:return: list of SVG elements, so many units right of and below the sheet's corner"""
        left, bottom, right, top = self.bounds
        width = (right - left) * scale
        start = margin + (DRAWN_WIDTH - width) / 2

        def place(x, y):
            return start + (x - left) * scale, offset + (top - y) * scale

        parts = [self._draw_shape(shape, place, scale) for shape in self.shapes]
        low = place(left, bottom)[1]
        for row, (begin, end, text) in enumerate(self.below, 1):
            y = low + ROW * row
            ends = [place(begin, bottom)[0], place(end, bottom)[0]]
            parts.append(_dimension([(x, y) for x in ends], [(x, low) for x in ends]))
            parts.append(_text(sum(ends) / 2, y - 5, text, "middle"))
        for rows, x, edge, anchor in (
            (self.left, start - 14, start, "end"),
            (self.right, start + width + 14, start + width, "start"),
        ):
            for begin, end, text in rows:
                ends = [place(left, begin)[1], place(left, end)[1]]
                parts.append(_dimension([(x, y) for y in ends], [(edge, y) for y in ends]))
                parts.append(_text(x + (x - edge) / 2, sum(ends) / 2 + 5, text, anchor))
        return parts

    @staticmethod
    def _draw_shape(shape, place, scale):
        kind, points, style = shape
        if kind == "circle":
            (left, bottom), (right, top) = points
            x, y = place((left + right) / 2, (bottom + top) / 2)
            radius = (right - left) / 2 * scale
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {style}/>'
        corners = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in points)
        return f'<{kind} points="{corners}" {style}/>'


def _dimension(ends, edges):
    """:return: a measuring line with a stroke at each end, and what leads there"""
    (x1, y1), (x2, y2) = ends
    parts = [f'<path d="M{x1:.1f},{y1:.1f} L{x2:.1f},{y2:.1f}" stroke="{MEASURE}"/>']
    for (x, y), (edge_x, edge_y) in zip(ends, edges, strict=True):
        parts.append(
            f'<path d="M{x - 4:.1f},{y + 4:.1f} L{x + 4:.1f},{y - 4:.1f}" stroke="{MEASURE}"/>'
            f'<path d="M{edge_x:.1f},{edge_y:.1f} L{x:.1f},{y:.1f}" stroke="{MEASURE}"'
            ' stroke-width="0.5" stroke-dasharray="2 3"/>'
        )
    return "".join(parts)


def _text(x, y, text, anchor="start", size=""):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {FONT} fill="#111827"{size}>'
        f"{escape(text)}</text>"
    )


def to_svg(views, title, facts):
    """:param facts: texts under the title
    :return: SVG of the views, one below the other and at one scale, on white"""
    scale = min(view.scale for view in views)
    margin = SIDE if any(view.left for view in views) else EDGE
    width = margin + DRAWN_WIDTH + SIDE
    parts, offset = [], TITLE + ROW
    for view in views:
        parts += view.draw(scale, margin, offset)
        offset += view.height(scale) + ROW
    head = _text(16, 26, title, size=' font-weight="bold"') + _text(16, 48, " · ".join(facts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {offset:.0f}"'
        f' width="{width}" height="{offset:.0f}">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{width}" height="{offset:.0f}" fill="#ffffff"/>{head}{"".join(parts)}</svg>'
    )


def draw_ramp(values, say, landing):
    """From the side and from above, laid out straight: turns lie on the landings.

    :param landing: length of a level area
    """
    rise, count = values["ramp_rise"], values["ramp_landings"]
    flight, step = values["ramp_run_length"] / (count + 1), rise / (count + 1)
    profile, levels = [(0, 0), (landing, 0)], [(0, landing)]
    for _flight in range(count + 1):
        x, y = profile[-1]
        profile += [(x + flight, y + step), (x + flight + landing, y + step)]
        levels.append((x + flight, x + flight + landing))
    total, width = profile[-1][0], values["ramp_width"]
    side, plan = View(), View()
    side.area(*profile, (total, 0))
    if values["ramp_handrails"] != "none":
        side.line(*((x, y + HANDRAIL_IN) for x, y in profile), color=MARK)
    side.up(0, rise, say("ramp_rise", rise))
    if not count:
        run = values["ramp_run_length"]
        side.across(landing, landing + run, say("ramp_run_length", run))
    side.across(0, total, say("ramp_total_length", total))
    plan.box(0, 0, total, width, fill="#ffffff")
    for start, end in levels:
        plan.box(start, 0, end, width)
    plan.up(0, width, say("ramp_width", width))
    plan.across(0, landing, say("ramp_landing", landing))
    return [side, plan], ("ramp_slope_pct", "ramp_run_length", "ramp_landings", "ramp_turns")


def draw_stairs(values, say):
    """From the side: the stairs and the rail along their nosings, from the floor up."""
    count = values["stair_steps"]
    riser, tread = values["stair_riser_height"], values["stair_tread_depth"]
    low = values["stair_bottom_clearance"]
    deep = values["stair_top_landing_depth"]
    end, rise = (count - 1) * tread, count * riser
    profile = [(-(low or FLOOR_IN), 0), (0, 0)]
    for number in range(1, count + 1):
        x = (number - 1) * tread
        profile += [(x, number * riser), (number * tread if number < count else x, number * riser)]
    profile[-1] = (end + (deep or FLOOR_IN), rise)
    view = View()
    view.area(*profile, (profile[-1][0], 0))
    over = values["stair_overrun_top"] / values["stair_step_diagonal"]
    top = (end + over * tread, rise + over * riser + riser / 2)
    view.line((top[0] - top[1] / riser * tread, 0), top, color=MARK, width=5)
    view.up(0, rise, say("stair_total_rise", rise))
    view.up(0, riser, say("stair_riser_height", riser), on_left=True)
    if count > 1:
        view.across(0, tread, say("stair_tread_depth", tread))
    if low:
        view.across(-low, 0, say("stair_bottom_clearance", low))
    if deep:
        view.across(end, end + deep, say("stair_top_landing_depth", deep))
    facts = ("stair_rail_length", "stair_rail_pieces", "stair_angle_deg", "stair_width")
    return [view], facts


def draw_porch_lift(values, say):
    """From the side: the platform below, where it goes, and the ramp onto it."""
    rise, length = values["vpl_rise"], values["vpl_platform_length"]
    base = 0 if values["vpl_pit"] else values["vpl_base_height"]
    ramp = values["vpl_bottom_ramp_length"]
    view = View()
    view.line((-ramp - FLOOR_IN, 0), (length, 0))
    view.box(length, 0, length + STEP_IN, rise)
    view.box(0, 0, length, max(base, 1), fill=MARK, color=MARK)
    view.box(0, rise - max(base, 1), length, rise, fill="none", color=MARK, dashes="6 4")
    if ramp:
        view.area((-ramp, 0), (0, 0), (0, base))
        view.across(-ramp, 0, say("vpl_bottom_ramp_length", ramp))
    view.across(0, length, say("vpl_platform_length", length))
    view.up(0, rise, say("vpl_rise", rise))
    view.up(base, rise, say("vpl_travel", values["vpl_travel"]), on_left=True)
    return [view], ("vpl_model_height", "vpl_platform_width", "vpl_door_width")


def draw_ceiling_lift(values, say):
    """From above: the room with its two rails, or the track laid out straight, with brackets."""
    view, facts = View(), ("ceil_total_track", "ceil_brackets", "ceil_height", "ceil_usable_height")
    if values["ceil_track_layout"] == "room_covering":
        length, width = values["ceil_room_length"], values["ceil_room_width"]
        view.box(0, 0, length, width, fill="#ffffff")
        rails = [width / 10, width * 9 / 10]
        view.line((length / 2, rails[0]), (length / 2, rails[1]), color=MARK, width=3)
        view.up(0, width, say("ceil_room_width", width))
        view.across(0, length, say("ceil_room_length", length))
        brackets = values["ceil_brackets"] // 2
    else:
        length, rails, brackets = values["ceil_track_length"], [0], values["ceil_brackets"]
        view.across(0, length, say("ceil_track_length", length))
    for y in rails:
        view.line((0, y), (length, y), color=MARK, width=4)
        for number in range(brackets):
            x = min(number * values["ceil_bracket_spacing"], length)
            view.line((x, y - 4), (x, y + 4), width=3)
    return [view], facts


def draw_bathroom(values, say):
    """From above: the room and the circle in which a chair turns."""
    length, width = values["bath_room_length"], values["bath_room_width"]
    view = View()
    view.box(0, 0, length, width, fill="#ffffff")
    if values["bath_turning_diameter"]:
        view.circle(length / 2, width / 2, values["bath_turning_diameter"] / 2)
    view.across(0, length, say("bath_room_length", length))
    view.up(0, width, say("bath_room_width", width))
    return [view], ("bath_turning_diameter", "bath_door_width", "bath_area_sqft")


def draw_tub(values, say):
    """From the front: the wall of the tub and what is cut out of it."""
    length, height = values["tub_length"], values["tub_wall_height"]
    width, threshold = values["tub_cut_width"], values["tub_threshold"]
    margin = values["tub_side_margin"]
    view = View()
    view.box(0, 0, length, height)
    cut = (margin, threshold, margin + width, height)
    view.box(*cut, fill="#ffffff", color=MARK, dashes="6 4")
    view.across(margin, margin + width, say("tub_cut_width", width))
    view.across(0, length, say("tub_length", length))
    view.up(0, height, say("tub_wall_height", height))
    view.up(0, threshold, say("tub_threshold", threshold), on_left=True)
    return [view], ("tub_cut_depth", "tub_side_margin", "tub_rim_width")


DRAWERS = {
    "stairlift_straight": draw_stairs,
    "vpl": draw_porch_lift,
    "ceiling_lift": draw_ceiling_lift,
    "bathroom": draw_bathroom,
    "tub_cutout": draw_tub,
}
NEEDED = {
    "ramp": ("ramp_rise", "ramp_run_length", "ramp_width"),
    "stairlift_straight": ("stair_steps", "stair_riser_height", "stair_tread_depth"),
    "vpl": ("vpl_rise", "vpl_platform_length"),
    "bathroom": ("bath_room_length", "bath_room_width"),
    "tub_cutout": ("tub_length", "tub_wall_height", "tub_cut_width", "tub_cut_depth"),
}


def can_draw(item_type, values):
    """:return: whether the kind has a drawing and these numbers suffice for it"""
    if item_type == "ceiling_lift":
        is_room = values["ceil_track_layout"] == "room_covering"
        needed = ("ceil_room_length", "ceil_room_width") if is_room else ("ceil_track_length",)
        needed += ("ceil_bracket_spacing",)
    else:
        needed = NEEDED.get(item_type)
    return bool(needed) and all(values[name] > 0 for name in needed)


def draw(item_type, values, say, landing):
    """:return: (views, names of the facts that stand under the title)"""
    if item_type == "ramp":
        return draw_ramp(values, say, landing)
    return DRAWERS[item_type](values, say)
