import { Component, onWillUnmount, useState } from "@odoo/owl";
import { parseLength, parseNumber, showLength } from "./lengths";
import { compute } from "./measures";
import { shrink } from "./picture";
import { _t } from "./texts";

const PAUSE_MS = 250;
const FRACTIONS = ["1/8", "1/4", "3/8", "1/2", "5/8", "3/4", "7/8"];
const NUMBERS = ["length", "number", "integer"];

/** Measuring one item: every key press is kept, nothing has to be saved. */
export class ItemForm extends Component {
    static template = "fusion_portal.ItemForm";
    static props = {
        item: Object,
        schema: Object,
        unit: String,
        lang: String,
        mayEdit: Boolean,
        isRep: Boolean,
        conflicts: Array,
        photos: Array,
        onChange: Function,
        onUnit: Function,
        onStep: Function,
        onCancel: Function,
        onSign: Function,
        onPhoto: Function,
        onResolve: Function,
        onAddSegment: Function,
        onChangeSegment: Function,
        onRemoveSegment: Function,
    };

    setup() {
        this.typed = useState({});
        this.timers = {};
        this.works = {};
        this.fractions = FRACTIONS;
        this.state = useState({ focused: "" });
        onWillUnmount(() => this.hurry());
    }

    get type() {
        return this.props.schema.types[this.props.item.type];
    }
    get isSigned() {
        const { signed } = this.props.item;
        return signed.authorizer || signed.applicant;
    }
    get drawingText() {
        const rows = this.results.map(({ label, value }) => `${label}: ${value}`);
        return [_t("Drawing of %s", this.props.item.label), ...rows].join(", ");
    }
    idOf(name) {
        return `fusion_visit_${name}`;
    }
    label(field) {
        return this.props.unit === "mm" ? field.label.replace("(in)", "(mm)") : field.label;
    }

    // -- Values -----------------------------------------------------------------------------------

    /** What the input shows: what is being typed, else what is kept, in the reader's unit. */
    text(field, values = this.props.item.values, key = field.name) {
        if (key in this.typed) {
            return this.typed[key];
        }
        const value = values[field.name];
        if (value === false || value === undefined || value === null) {
            return "";
        }
        if (!NUMBERS.includes(field.widget)) {
            return value;
        }
        if (typeof value === "string") {
            return value;
        }
        if (!value) {
            return "";
        }
        return field.widget === "length"
            ? showLength(value, this.props.unit, this.props.lang)
            : value.toLocaleString(this.props.lang, {
                  maximumFractionDigits: 3,
                  useGrouping: false,
              });
    }

    number(field, value) {
        if (typeof value === "number") {
            return value;
        }
        return field.widget === "length" ? parseLength(value) : parseNumber(value);
    }

    /** A bare number typed in millimetres is sent as such. */
    entry(field, text) {
        const isBare = /^\s*\d+([.,]\d+)?\s*$/.test(text);
        return field.widget === "length" && this.props.unit === "mm" && isBare
            ? `${text.trim()} mm`
            : text;
    }

    get numbers() {
        const values = {};
        for (const field of this.type.fields) {
            const value = this.props.item.values[field.name];
            const typed = this.typed[field.name];
            values[field.name] = NUMBERS.includes(field.widget)
                ? this.number(field, typed === undefined ? value : this.entry(field, typed))
                : value;
        }
        return values;
    }

    get results() {
        const { schema, item } = this.props;
        const segments = item.segments.map(({ values }) => ({
            segment_type: values.segment_type,
            length: parseLength(values.length) || 0,
            bend_angle: parseNumber(values.bend_angle) || 0,
            bend_radius: parseLength(values.bend_radius) || 0,
        }));
        const figures = { segments, sizes: schema.vpl_sizes, landing: schema.ramp_landing };
        const computed = compute(item.type, this.numbers, figures);
        return this.type.results
            .filter(({ name }) => computed[name] !== undefined && computed[name] !== 0)
            .map(({ name, label }) => ({ name, label, value: this.showResult(computed[name]) }));
    }

    showResult(value) {
        if (typeof value === "boolean") {
            return value ? _t("Yes") : _t("No");
        }
        return value.toLocaleString(this.props.lang, { maximumFractionDigits: 3 });
    }

    // -- Errors -----------------------------------------------------------------------------------

    error(field) {
        const value = this.numbers[field.name];
        if (NUMBERS.includes(field.widget)) {
            const fault = this.numberError(field, value);
            if (fault || value) {
                return fault;
            }
        }
        const isTouched = this.props.item.touched?.[field.name];
        if (value || isTouched || this.isMissing(field)) {
            return "";
        }
        return this.props.item.errors[field.name] || "";
    }
    numberError(field, value) {
        if (Number.isNaN(value)) {
            const typed = this.typed[field.name] ?? this.props.item.values[field.name];
            return field.widget === "length"
                ? _t("“%s” is no length. Write for example 12 3/8, 1' 2\" or 310 mm.", typed)
                : _t("“%s” is no number.", typed);
        }
        const [low, high] = field.range || [];
        const isOutside = value && high !== undefined && (value < low || value > high);
        return isOutside ? _t("%s must lie between %s and %s.", field.label, low, high) : "";
    }
    /** What depends on other answers is known of items that the server has seen. */
    isRequired(field) {
        return this.props.item.required?.includes(field.name) ?? field.required;
    }
    isMissing(field) {
        return this.isRequired(field) && !this.numbers[field.name];
    }
    get missing() {
        return this.type.fields.filter((field) => this.isMissing(field));
    }
    get otherErrors() {
        const names = this.type.fields.map((field) => field.name);
        return Object.entries(this.props.item.errors)
            .filter(([name]) => !names.includes(name))
            .map(([, message]) => message);
    }

    // -- Changes ----------------------------------------------------------------------------------

    later(key, work) {
        clearTimeout(this.timers[key]);
        this.works[key] = work;
        this.timers[key] = setTimeout(() => this.run(key), PAUSE_MS);
    }
    run(key) {
        clearTimeout(this.timers[key]);
        const work = this.works[key];
        delete this.works[key];
        work?.();
    }
    hurry() {
        Object.keys(this.works).forEach((key) => this.run(key));
    }

    onInput(field, text) {
        this.typed[field.name] = text;
        this.later(field.name, () => this.change(field.name, this.entry(field, text)));
    }
    onBlur(field) {
        this.run(field.name);
        delete this.typed[field.name];
        this.state.focused = "";
    }
    addFraction(field, fraction) {
        const whole = String(this.text(field)).trim().split(/[\s/]/)[0];
        this.onInput(field, whole ? `${whole} ${fraction}` : fraction);
    }
    onChoice(field, value) {
        this.change(field.name, value);
    }
    change(name, value) {
        this.props.onChange(this.props.item, name, value);
    }
    onSegment(segment, field, text) {
        const key = `${segment.client_uuid || segment.id}:${field.name}`;
        this.typed[key] = text;
        this.later(key, () =>
            this.props.onChangeSegment(segment, field.name, this.entry(field, text))
        );
    }
    onSegmentBlur(segment, field) {
        const key = `${segment.client_uuid || segment.id}:${field.name}`;
        this.run(key);
        delete this.typed[key];
    }
    segmentText(segment, field) {
        return this.text(
            field,
            segment.values,
            `${segment.client_uuid || segment.id}:${field.name}`
        );
    }
    segmentFields(segment) {
        const isBend = segment.values.segment_type === "bend";
        const names = isBend ? ["bend_angle", "bend_radius"] : ["length"];
        return this.props.schema.segment.filter((field) => names.includes(field.name));
    }
    segmentKey(segment) {
        return segment.client_uuid || segment.id;
    }

    conflictsOf(field) {
        return this.props.conflicts.filter((row) => row.name === field.name);
    }
    showValue(field, value) {
        if (field.options) {
            return Object.fromEntries(field.options)[value] || value || _t("nothing");
        }
        if (typeof value === "boolean") {
            return value ? _t("Yes") : _t("No");
        }
        return value === false || value === "" ? _t("nothing") : value;
    }

    // -- Photos -----------------------------------------------------------------------------------

    photosOf(slot) {
        return this.props.photos.filter((photo) => (photo.slot || "") === slot);
    }
    get photoCount() {
        const { slots } = this.type;
        const taken = slots.filter((slot) => this.photosOf(slot).length).length;
        return _t("%s of %s photos", taken, slots.length);
    }
    async onPhoto(slot, event) {
        const { item } = this.props;
        const files = [...event.target.files];
        event.target.value = "";
        for (const file of files) {
            this.props.onPhoto(item, slot, await shrink(file));
        }
    }
}
