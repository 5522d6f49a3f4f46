/** The server's last answer with the changes on top that it has not seen yet. Pure functions. */

const SEATED = ["wheelchair", "powerchair", "scooter"];
const POWER = ["powerchair", "scooter"];
const HOME_ACCESS = ["ramp", "vpl"];
const ADP = [...SEATED, "rollator"];

export const keyOf = (record) => record.client_uuid || `id:${record.id}`;
/** @returns {string|number} how an op names a record */
export const refOf = (record) => record.client_uuid || record.id;
export const isLive = (item) => item.state !== "cancelled";

function findItem(items, ref) {
    return items.find((item) => item.client_uuid === ref || item.id === ref);
}

function newItem(op, schema, state) {
    const type = schema.types[op.item_type];
    const live = state.items.filter((item) => item.kind === "accessibility" && isLive(item));
    const values = Object.fromEntries(type.fields.map((field) => [field.name, field.default]));
    return {
        kind: op.target,
        id: false,
        client_uuid: op.ref,
        type: op.item_type,
        label: type.label,
        state: "draft",
        sequence: 1000,
        location_tag: op.values.location_tag || "inside",
        location_label: op.values.location_label || "",
        funding:
            op.target === "adp"
                ? "adp"
                : op.values.x_fc_funding_source ||
                  live.at(-1)?.funding ||
                  state.visit.default_funding_source,
        rev: 0,
        values,
        segments: [],
        computed: {},
        errors: {},
        drawing: "",
        warnings: [],
        photos: [],
        signed: { authorizer: false, applicant: false },
        amount: null,
    };
}

function updateItem(item, values) {
    for (const [name, value] of Object.entries(values)) {
        if (name === "x_fc_funding_source") {
            item.funding = value;
        } else if (["location_tag", "location_label"].includes(name)) {
            item[name] = value;
        } else {
            item.values[name] = value;
        }
        item.touched = { ...item.touched, [name]: true };
    }
}

function applySegment(state, op) {
    if (op.type === "create") {
        const item = findItem(state.items, op.values.accessibility_id);
        const values = { ...op.values };
        delete values.accessibility_id;
        item?.segments.push({ id: false, client_uuid: op.ref, rev: 0, values });
        return;
    }
    for (const item of state.items) {
        const segment = findItem(item.segments, op.ref);
        if (segment && op.type === "cancel") {
            item.segments = item.segments.filter((one) => one !== segment);
        } else if (segment) {
            Object.assign(segment.values, op.values);
        }
    }
}

/**
 * @param {Object} state the server's answer
 * @param {Object[]} ops that wait, in order
 * @returns {Object} a copy with the changes applied
 */
export function overlay(state, ops, schema) {
    const shown = structuredClone(state);
    for (const op of ops) {
        if (op.target === "visit") {
            Object.assign(shown.visit, op.values);
        } else if (op.target === "segment") {
            applySegment(shown, op);
        } else if (op.type === "create") {
            if (!findItem(shown.items, op.ref)) {
                shown.items.push(newItem(op, schema, shown));
            }
        } else {
            const item = findItem(shown.items, op.ref);
            if (item && op.type === "cancel") {
                item.state = "cancelled";
            } else if (item) {
                updateItem(item, op.values);
            }
        }
    }
    return shown;
}

/** @returns {Object} { device that cannot be added: why, empty when only the server knows } */
export function blockedTypes(items, reasons) {
    const types = items.filter((item) => item.kind === "adp" && isLive(item)).map((i) => i.type);
    const isSeated = types.some((type) => SEATED.includes(type));
    const blocked = {};
    for (const type of ADP) {
        if (types.includes(type) || (isSeated && SEATED.includes(type))) {
            blocked[type] = reasons[type] || "";
        }
    }
    return blocked;
}

/** @returns {boolean} whether a power device needs a ramp, a porch lift or a written plan */
export function needsAccess(items, plan) {
    const live = items.filter(isLive);
    const isShut = live.some(
        (item) => POWER.includes(item.type) && item.values.home_accessible === "no"
    );
    const isSolved = live.some((item) => HOME_ACCESS.includes(item.type)) || (plan || "").trim();
    return isShut && !isSolved;
}

/** @returns {Object[]} { sale_type, count } of the orders that completing makes */
export function willCreate(items) {
    const live = items.filter(isLive);
    const adp = live.filter((item) => item.kind === "adp");
    const groups = new Map();
    if (adp.length) {
        const isOdsp = adp.some((item) => item.values.odsp_recipient);
        groups.set(isOdsp ? "adp_odsp" : "adp", adp.length);
    }
    for (const item of live.filter((one) => one.kind === "accessibility")) {
        groups.set(item.funding, (groups.get(item.funding) || 0) + 1);
    }
    return [...groups].map(([sale_type, count]) => ({ sale_type, count }));
}
