"""Arithmetic of home modifications and ADP devices, without a database.

Lengths in inches, weights in pounds, angles in degrees. ``values`` is a dict by field name; a 0
is a measure that was not taken. Sources: CSA B355 (lifts), ISO 10535 (hoists), Ontario Building
Code 3.8.3.4 and 9.8.5.2, CSA B651 (ramps). The figures are planning aids: the installer's check
on site and the current edition of the code decide.
"""

import math

#: 9 m between the level areas of a ramp.
RAMP_LANDING_EVERY_IN = 354.331
RAIL_PIECE_IN = 96
CAPACITY_CLASSES = {
    "stairlift_straight": (300, 350, 400, 600),
    "stairlift_curved": (300, 350, 400, 600),
    "vpl": (550, 750, 1000),
    "ceiling_lift": (440, 600, 1000),
    "scooter": (250, 300, 350, 400, 500),
}
WEIGHT_FIELDS = {
    "stairlift_straight": "user_weight_lb",
    "stairlift_curved": "user_weight_lb",
    "vpl": "vpl_total_weight_lb",
    "ceiling_lift": "user_weight_lb",
    "scooter": "client_weight",
}
_STAIR = {
    "stair_width": (20, 96),
    "stair_bottom_clearance": (0, 200),
    "stair_top_landing_depth": (0, 200),
    "stair_overrun_top": (0, 36),
    "stair_overrun_bottom": (0, 36),
    "user_weight_lb": (50, 1000),
}
_BODY = {
    "client_weight": (30, 1000),
    "client_height": (24, 90),
}
_CHAIR = {
    **_BODY,
    "hip_width": (8, 36),
    "upper_leg_length": (8, 30),
    "lower_leg_length": (6, 26),
    "axilla_height": (6, 36),
    "elbow_height": (3, 18),
    "cushion_thickness": (0, 6),
}
#: {type: {field: (lowest, highest)}}, both included.
RANGES = {
    "stairlift_straight": {
        "stair_steps": (2, 30),
        "stair_riser_height": (3, 12),
        "stair_tread_depth": (5, 20),
        "stair_nosing_length": (20, 400),
        **_STAIR,
    },
    "stairlift_curved": _STAIR,
    "vpl": {
        "vpl_rise": (6, 168),
        "vpl_platform_width": (28, 48),
        "vpl_platform_length": (36, 72),
        "vpl_base_height": (1, 8),
        "vpl_door_width": (18, 60),
        "vpl_total_weight_lb": (50, 1500),
    },
    "ceiling_lift": {
        "ceil_height": (72, 192),
        "ceil_track_length": (24, 600),
        "ceil_room_length": (36, 600),
        "ceil_room_width": (36, 600),
        "ceil_bracket_spacing": (12, 48),
    },
    "ramp": {
        "ramp_rise": (1, 120),
        "ramp_slope_ratio": (6, 24),
        "ramp_width": (28, 72),
        "ramp_turns": (0, 6),
        "ramp_available_run": (0, 3000),
    },
    "bathroom": {
        "bath_room_length": (24, 300),
        "bath_room_width": (24, 300),
        "bath_door_width": (18, 48),
        "bath_turning_diameter": (0, 120),
        "bath_toilet_height": (10, 24),
        "bath_toilet_centre": (8, 40),
        "bath_sink_clearance": (0, 40),
        "bath_grab_bar_count": (0, 10),
    },
    "tub_cutout": {
        "tub_length": (42, 84),
        "tub_wall_height": (10, 26),
        "tub_rim_width": (1, 8),
        "tub_cut_width": (14, 36),
        "tub_threshold": (2, 10),
    },
    "rollator": {
        **_BODY,
        "wrist_height": (18, 45),
        "rollator_seat_height": (14, 28),
    },
    "wheelchair": _CHAIR,
    "powerchair": _CHAIR,
    "scooter": {**_BODY, "max_range_km": (1, 100), "doorway_min_width": (18, 60)},
}
_ADP = ("client_weight", "reason_for_application")
_CHAIR_REQUIRED = ("hip_width", "upper_leg_length", "lower_leg_length", "axilla_height")
REQUIRED = {
    "stairlift_straight": (
        "stair_steps", "stair_riser_height", "stair_tread_depth", "stair_width", "stair_side",
        "user_weight_lb",
    ),
    "stairlift_curved": ("stair_width", "stair_side", "user_weight_lb"),
    "vpl": ("vpl_rise", "vpl_entry", "vpl_total_weight_lb"),
    "ceiling_lift": ("ceil_height", "ceil_track_layout", "ceil_structure", "user_weight_lb"),
    "ramp": ("ramp_rise",),
    "bathroom": ("bath_room_length", "bath_room_width", "bath_door_width"),
    "tub_cutout": ("tub_material", "tub_length", "tub_wall_height", "tub_rim_width"),
    "rollator": (*_ADP, "rollator_type", "wrist_height"),
    "wheelchair": (*_ADP, "wheelchair_type", *_CHAIR_REQUIRED),
    "powerchair": (
        *_ADP, *_CHAIR_REQUIRED, "power_base_type", "power_controls", "home_accessible",
    ),
    "scooter": (
        *_ADP, "scooter_type", "max_range_km", "scooter_transfer_independent",
        "scooter_steer_safely", "home_accessible",
    ),
}  # fmt: skip


def _ceil(number):
    """Rounded up, but not because of the last bit of a float."""
    return math.ceil(round(number, 6))


def capacity_class(item_type, weight_lb):
    """:return: the smallest class that carries the weight, 0 when none does or nothing is known"""
    fitting = [size for size in CAPACITY_CLASSES[item_type] if size >= weight_lb > 0]
    return min(fitting, default=0)


def required(item_type, values):
    """:return: set of field names that must be filled in for this item as it stands"""
    names = set(REQUIRED[item_type])
    if item_type == "ceiling_lift":
        if values.get("ceil_track_layout") == "room_covering":
            names |= {"ceil_room_length", "ceil_room_width"}
        else:
            names.add("ceil_track_length")
    if item_type == "ramp" and 0 < (values.get("ramp_slope_ratio") or 0) < 12:
        names.add("ramp_slope_reason")
    if str(values.get("reason_for_application") or "").startswith("replacement"):
        names.add("previous_device_date")
    return names


def out_of_range(item_type, values):
    """:return: {field: (lowest, highest)} of what was measured outside of its range"""
    return {
        name: (low, high)
        for name, (low, high) in RANGES[item_type].items()
        if values.get(name) and not low <= values[name] <= high
    }


def straight_stairlift(values):
    riser, tread = values["stair_riser_height"], values["stair_tread_depth"]
    diagonal = math.hypot(riser, tread) if riser > 0 and tread > 0 else 0.0
    slope = values["stair_nosing_length"] or values["stair_steps"] * diagonal
    overruns = values["stair_overrun_top"] + values["stair_overrun_bottom"]
    rail = slope + overruns if slope > 0 else 0.0
    return {
        "stair_angle_deg": round(math.degrees(math.atan2(riser, tread)), 1) if diagonal else 0.0,
        "stair_step_diagonal": round(diagonal, 3),
        "stair_rail_length": round(rail, 3),
        "stair_rail_pieces": _ceil(rail / RAIL_PIECE_IN),
    }


def curved_stairlift(values, segments):
    """:param segments: list of dicts with ``segment_type``, ``length``, ``bend_angle``,
    ``bend_radius``"""
    length = sum(
        math.pi * part["bend_angle"] / 180 * part["bend_radius"]
        if part["segment_type"] == "bend"
        else part["length"]
        for part in segments
    )
    if length:
        length += values["stair_overrun_top"] + values["stair_overrun_bottom"]
    return {
        "stair_rail_length": round(length, 3),
        "stair_rail_pieces": _ceil(length / RAIL_PIECE_IN),
    }


def curved_errors(segments):
    """:return: set of ``few``, ``no_turn``, ``length``, ``angle``, ``radius``"""
    codes = set()
    if len(segments) < 2:
        codes.add("few")
    if not any(part["segment_type"] in ("bend", "landing") for part in segments):
        codes.add("no_turn")
    for part in segments:
        if part["segment_type"] == "bend":
            if not 15 <= part["bend_angle"] <= 270:
                codes.add("angle")
            if not 4 <= part["bend_radius"] <= 60:
                codes.add("radius")
        elif not 1 <= part["length"] <= 400:
            codes.add("length")
    return codes


def porch_lift(values, sizes):
    """:param sizes: inches that models can rise"""
    rise, base = values["vpl_rise"], 0 if values["vpl_pit"] else values["vpl_base_height"]
    return {
        "vpl_travel": max(rise - base, 0),
        "vpl_model_height": min((size for size in sizes if size >= rise > 0), default=0),
        "vpl_bottom_ramp_length": base * 12,
        "vpl_enclosure_review": rise > 60,
    }


def ceiling_lift(values):
    spacing = values["ceil_bracket_spacing"]
    covers_room = values["ceil_track_layout"] == "room_covering"
    run = values["ceil_room_length"] if covers_room else values["ceil_track_length"]
    brackets = _ceil(run / spacing) + 1 if run > 0 and spacing > 0 else 0
    return {
        "ceil_total_track": 2 * run + values["ceil_room_width"] if covers_room else run,
        "ceil_brackets": 2 * brackets if covers_room else brackets,
        "ceil_usable_height": max(values["ceil_height"] - 10, 0),
        "ceil_engineer_review": values["ceil_structure"] in ("truss", "unknown"),
    }


def ramp(values, landing_in):
    """:param landing_in: length of a level area"""
    rise, ratio = values["ramp_rise"], values["ramp_slope_ratio"]
    run = rise * ratio
    landings = max(_ceil(run / RAMP_LANDING_EVERY_IN) - 1, values["ramp_turns"], 0) if run else 0
    total = run + landing_in * (2 + landings) if run else 0.0
    available = values["ramp_available_run"]
    return {
        "ramp_run_length": round(run, 3),
        "ramp_surface_length": round(math.hypot(run, rise), 3),
        "ramp_landings": landings,
        "ramp_total_length": round(total, 3),
        "ramp_slope_pct": round(100 / ratio, 1) if ratio > 0 else 0.0,
        "ramp_fits": not available or total <= available,
    }


def bathroom(values):
    area = values["bath_room_length"] * values["bath_room_width"] / 144
    return {
        "bath_area_sqft": round(area, 1),
        "bath_turning_ok": values["bath_turning_diameter"] >= 60,
        "bath_door_ok": values["bath_door_width"] >= 32,
    }


def tub_cutout(values):
    depth = values["tub_wall_height"] - values["tub_threshold"]
    margin = (values["tub_length"] - values["tub_cut_width"]) / 2
    is_feasible = margin >= 8 and 0 < values["tub_rim_width"] <= 6 and depth > 0
    return {
        "tub_cut_depth": depth if values["tub_wall_height"] else 0.0,
        "tub_side_margin": margin if values["tub_length"] else 0.0,
        "tub_feasible": is_feasible and not values["tub_jetted"],
    }


def chair(values):
    """What a seat must be like for these body measures."""
    hip, upper, lower, axilla = (values[name] for name in _CHAIR_REQUIRED)
    return {
        "seat_width": _ceil(hip + 1) if hip else 0,
        "seat_depth": max(math.floor(round(upper - 2, 6)), 0) if upper else 0,
        "seat_to_footplate": max(lower - values["cushion_thickness"], 0),
        "back_height": max(axilla - 4, 8) if axilla else 0,
    }


def _between(value, low, high):
    """Whether a measure was taken and lies outside."""
    return bool(value) and not low <= value <= high


def warnings(item_type, values):
    """:param values: measures and results together
    :return: list of codes of ``fusion.measure.mixin``'s texts, in the order of the form"""
    get = values.get
    checks = {
        "stairlift_straight": lambda: {
            "riser": _between(get("stair_riser_height"), 5, 8.5),
            "tread": 0 < get("stair_tread_depth") < 8,
            "angle": _between(get("stair_angle_deg"), 25, 50),
            "nosing": _nosing_differs(values),
            **_stair_checks(values),
        },
        "stairlift_curved": lambda: {"survey": True, **_stair_checks(values)},
        "vpl": lambda: {
            "enclosure": get("vpl_rise") > 60,
            "platform_width": 0 < get("vpl_platform_width") < 36,
            "platform_length": 0
            < get("vpl_platform_length")
            < (60 if get("vpl_entry") == "ninety" else 48),
            "door_width": 0 < get("vpl_door_width") < 32,
            "pad": get("vpl_location") == "outdoor" and get("vpl_pad") in (False, "none"),
        },
        "ceiling_lift": lambda: {
            "engineer": get("ceil_engineer_review"),
            "usable_height": 0 < get("ceil_usable_height") < 78,
        },
        "ramp": lambda: {
            "rise": get("ramp_rise") > 30,
            "slope": 0 < get("ramp_slope_ratio") < 12,
            "slope_mod": 0 < get("ramp_slope_ratio") < 12
            and get("x_fc_funding_source") == "march_of_dimes",
            "width_code": 33.875 <= get("ramp_width") < 35.5,
            "width_any": 0 < get("ramp_width") < 33.875,
            "fits": not get("ramp_fits"),
            "handrails": get("ramp_handrails") != "both",
            "door_swing": get("ramp_door_swing") == "out",
        },
        "bathroom": lambda: {
            "door_width": 0 < get("bath_door_width") < 32,
            "turning": 0 < get("bath_turning_diameter") < 60,
            "toilet_height": 0 < get("bath_toilet_height") < 17,
            "toilet_centre": _between(get("bath_toilet_centre"), 16, 19),
            "sink": 0 < get("bath_sink_clearance") < 27,
        },
        "tub_cutout": lambda: {
            "blade": get("tub_material") in ("cast_iron", "steel"),
            "not_feasible": bool(get("tub_length") and get("tub_wall_height"))
            and not get("tub_feasible"),
        },
        "scooter": lambda: {
            "door_width": 0 < get("doorway_min_width") < 32,
            "criteria": "no" in (get("scooter_transfer_independent"), get("scooter_steer_safely")),
        },
    }
    found = checks.get(item_type, dict)()
    return [code for code, is_true in found.items() if is_true]


def _stair_checks(values):
    width, door = values["stair_width"], values["stair_door_bottom"]
    return {
        "not_feasible_width": 0 < width < 28,
        "tight_width": 28 <= width < 30,
        "bottom": 0 < values["stair_bottom_clearance"] < 24,
        "top": 0 < values["stair_top_landing_depth"] < 28,
        "outlet": values["stair_outlet"] == "none",
        "door": bool(door) and not values["stair_folding_rail"],
    }


def _nosing_differs(values):
    measured = values["stair_nosing_length"]
    expected = values["stair_steps"] * values["stair_step_diagonal"]
    return bool(measured and expected) and abs(measured - expected) > 0.05 * expected
