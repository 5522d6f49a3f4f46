/**
 * The arithmetic of a visit's items on the tablet; the twin of services/measures.py. Both read the
 * cases of static/tests/measure_cases.json. Lengths in inches, weights in pounds.
 */

const LANDING_EVERY = 354.331;
const RAIL_PIECE = 96;
const CLASSES = {
    stairlift_straight: [300, 350, 400, 600],
    stairlift_curved: [300, 350, 400, 600],
    vpl: [550, 750, 1000],
    ceiling_lift: [440, 600, 1000],
    scooter: [250, 300, 350, 400, 500],
};

const round = (number, places) => Math.round(number * 10 ** places) / 10 ** places;
const up = (number) => Math.ceil(round(number, 6));

function capacityClass(type, weight) {
    return CLASSES[type].find((size) => size >= weight && weight > 0) || 0;
}

function straight(v) {
    const [riser, tread] = [v.stair_riser_height, v.stair_tread_depth];
    const diagonal = riser > 0 && tread > 0 ? Math.hypot(riser, tread) : 0;
    const slope = v.stair_nosing_length || v.stair_steps * diagonal;
    const rail = slope > 0 ? slope + v.stair_overrun_top + v.stair_overrun_bottom : 0;
    return {
        stair_angle_deg: diagonal ? round((Math.atan2(riser, tread) * 180) / Math.PI, 1) : 0,
        stair_step_diagonal: round(diagonal, 3),
        stair_rail_length: round(rail, 3),
        stair_rail_pieces: up(rail / RAIL_PIECE),
        stair_capacity_class: capacityClass("stairlift_straight", v.user_weight_lb),
    };
}

function curved(v, segments) {
    let length = 0;
    for (const part of segments) {
        length +=
            part.segment_type === "bend"
                ? ((Math.PI * part.bend_angle) / 180) * part.bend_radius
                : part.length;
    }
    if (length) {
        length += v.stair_overrun_top + v.stair_overrun_bottom;
    }
    return {
        stair_rail_length: round(length, 3),
        stair_rail_pieces: up(length / RAIL_PIECE),
        stair_capacity_class: capacityClass("stairlift_curved", v.user_weight_lb),
        needs_survey: true,
    };
}

function porchLift(v, { sizes }) {
    const base = v.vpl_pit ? 0 : v.vpl_base_height;
    const rise = v.vpl_rise;
    return {
        vpl_travel: Math.max(rise - base, 0),
        vpl_model_height: Math.min(...sizes.filter((size) => size >= rise && rise > 0), Infinity),
        vpl_bottom_ramp_length: base * 12,
        vpl_enclosure_review: rise > 60,
        vpl_capacity_class: capacityClass("vpl", v.vpl_total_weight_lb),
    };
}

function ceilingLift(v) {
    const covers = v.ceil_track_layout === "room_covering";
    const run = covers ? v.ceil_room_length : v.ceil_track_length;
    const spacing = v.ceil_bracket_spacing;
    const brackets = run > 0 && spacing > 0 ? up(run / spacing) + 1 : 0;
    return {
        ceil_total_track: covers ? 2 * run + v.ceil_room_width : run,
        ceil_brackets: covers ? 2 * brackets : brackets,
        ceil_usable_height: Math.max(v.ceil_height - 10, 0),
        ceil_engineer_review: ["truss", "unknown"].includes(v.ceil_structure),
        ceil_capacity_class: capacityClass("ceiling_lift", v.user_weight_lb),
    };
}

function ramp(v, { landing }) {
    const [rise, ratio, room] = [v.ramp_rise, v.ramp_slope_ratio, v.ramp_available_run];
    const run = rise * ratio;
    const landings = run ? Math.max(up(run / LANDING_EVERY) - 1, v.ramp_turns, 0) : 0;
    const total = run ? run + landing * (2 + landings) : 0;
    return {
        ramp_run_length: round(run, 3),
        ramp_surface_length: round(Math.hypot(run, rise), 3),
        ramp_landings: landings,
        ramp_total_length: round(total, 3),
        ramp_slope_pct: ratio > 0 ? round(100 / ratio, 1) : 0,
        ramp_fits: !room || total <= room,
    };
}

function bathroom(v) {
    return {
        bath_area_sqft: round((v.bath_room_length * v.bath_room_width) / 144, 1),
        bath_turning_ok: v.bath_turning_diameter >= 60,
        bath_door_ok: v.bath_door_width >= 32,
    };
}

function tub(v) {
    const depth = v.tub_wall_height - v.tub_threshold;
    const margin = (v.tub_length - v.tub_cut_width) / 2;
    const fits = margin >= 8 && v.tub_rim_width > 0 && v.tub_rim_width <= 6 && depth > 0;
    return {
        tub_cut_depth: v.tub_wall_height ? depth : 0,
        tub_side_margin: v.tub_length ? margin : 0,
        tub_feasible: fits && !v.tub_jetted,
    };
}

function chair(v) {
    return {
        seat_width: v.hip_width ? up(v.hip_width + 1) : 0,
        seat_depth: v.upper_leg_length
            ? Math.max(Math.floor(round(v.upper_leg_length - 2, 6)), 0)
            : 0,
        seat_to_footplate: Math.max(v.lower_leg_length - v.cushion_thickness, 0),
        back_height: v.axilla_height ? Math.max(v.axilla_height - 4, 8) : 0,
    };
}

const BY_TYPE = {
    stairlift_straight: straight,
    stairlift_curved: (v, { segments }) => curved(v, segments),
    vpl: porchLift,
    ceiling_lift: ceilingLift,
    ramp,
    bathroom,
    tub_cutout: tub,
    rollator: (v) => ({ rollator_handle_height: v.wrist_height }),
    wheelchair: chair,
    powerchair: chair,
    scooter: (v) => ({ scooter_capacity_class: capacityClass("scooter", v.client_weight) }),
};

/**
 * @param {string} type
 * @param {Object} values numbers, keys and booleans by field name; what is missing counts as 0
 * @param {Object} figures { segments, sizes, landing }
 * @returns {Object} results by field name
 */
export function compute(type, values, figures) {
    const safe = new Proxy(values, {
        get: (target, name) => {
            const value = target[name];
            return value === undefined || value === null || Number.isNaN(value) ? 0 : value;
        },
    });
    const results = BY_TYPE[type](safe, figures);
    if (results.vpl_model_height === Infinity) {
        results.vpl_model_height = 0;
    }
    return results;
}
