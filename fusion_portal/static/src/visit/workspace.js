import {
    Component,
    onMounted,
    onWillDestroy,
    onWillStart,
    useExternalListener,
    useState,
} from "@odoo/owl";
import { AddSheet } from "./add_sheet";
import { ClientStep } from "./client_step";
import { ItemForm } from "./item_form";
import { ModBudget } from "./mod_budget";
import { blockedTypes, isLive, keyOf, needsAccess, overlay, refOf, willCreate } from "./overlay";
import { keepShell } from "./shell";
import { SignatureDialog } from "./signature_dialog";
import { openStore } from "./store";
import { newKey, Sync } from "./sync";
import { _t } from "./texts";

const ASK_AGAIN_MS = 30000;
const OPEN = ["measuring", "client_pending"];
const ADP_TYPES = ["rollator", "wheelchair", "powerchair", "scooter"];

/** One home visit: cards of what was spotted, and a panel to measure, sign and complete. */
export class Workspace extends Component {
    static template = "fusion_portal.Workspace";
    static components = { AddSheet, ClientStep, ItemForm, ModBudget, SignatureDialog };
    static props = { setup: Object, visitId: Number };

    setup() {
        this.schema = this.props.setup.schema;
        this.ui = useState({
            version: 0,
            panel: "",
            itemKey: "",
            isSigning: false,
            unit: localStorage.getItem("fusion_visit_unit") || "in",
            isKept: true,
            isMemory: false,
        });
        onWillStart(async () => {
            const store = await openStore();
            this.ui.isMemory = store.isMemory;
            this.sync = new Sync({
                store,
                userId: this.props.setup.user_id,
                visitId: this.props.visitId,
                csrfToken: this.props.setup.csrf_token,
                onChange: () => this.ui.version++,
            });
        });
        onMounted(async () => {
            this.timer = setInterval(() => this.sync.flush(), ASK_AGAIN_MS);
            await this.sync.start();
            this.ui.isKept = await keepShell();
        });
        onWillDestroy(() => {
            clearInterval(this.timer);
            this.sync.stop();
        });
        useExternalListener(window, "online", () => this.sync.flush());
        useExternalListener(window, "focus", () => this.sync.flush());
        useExternalListener(window, "keydown", (event) => this.onKey(event));
        useExternalListener(window, "beforeunload", (event) => {
            const isLosing = this.sync.count && (this.ui.isMemory || this.sync.status === "saving");
            if (isLosing) {
                event.preventDefault();
            }
        });
    }

    // -- What is shown ----------------------------------------------------------------------------

    get shown() {
        if (this.shownVersion !== this.ui.version) {
            const { state } = this.sync;
            this.shownVersion = this.ui.version;
            this.lastShown = state && overlay(state, this.sync.waitingOps, this.schema);
        }
        return this.lastShown;
    }
    get visit() {
        return this.shown.visit;
    }
    get items() {
        return this.shown.items.filter(isLive);
    }
    get item() {
        return this.items.find((item) => keyOf(item) === this.ui.itemKey);
    }
    get isOpen() {
        return OPEN.includes(this.visit.state) && !this.isCompleting;
    }
    get mayEdit() {
        return this.isOpen && this.visit.may_edit;
    }
    get isCompleting() {
        return this.sync.waiting.some((entry) => entry.work === "complete");
    }
    get blocked() {
        return blockedTypes(this.items, this.shown.blocked_types);
    }
    get needsAccess() {
        return needsAccess(this.items, this.visit.home_access_resolution);
    }
    get crossSell() {
        const rows = this.shown.cross_sell.filter((row) => row.code !== "home_access");
        if (this.needsAccess) {
            for (const type of ["ramp", "vpl"]) {
                rows.unshift({
                    code: "home_access",
                    assessment_type: type,
                    funding_source: "march_of_dimes",
                    reason: _t("The device cannot be used inside and outside the home."),
                });
            }
        }
        return rows;
    }
    get plan() {
        const funding = Object.fromEntries(this.schema.sale_types);
        return willCreate(this.items).map(({ sale_type, count }) => {
            const isDevice = sale_type.startsWith("adp");
            const one = isDevice ? _t("1 device") : _t("1 item");
            const many = isDevice ? _t("%s devices", count) : _t("%s items", count);
            return _t("1 %s order (%s)", funding[sale_type], count === 1 ? one : many);
        });
    }
    get hasModItem() {
        return this.items.some((item) => item.funding === "march_of_dimes");
    }

    get chip() {
        const { status, count } = this.sync;
        const kept = _t("Offline — %s changes kept on this tablet", count);
        const chips = {
            loading: ["busy", _t("Loading…")],
            saved: ["good", _t("Saved")],
            saving: ["busy", _t("Saving…")],
            offline: ["warn", count ? kept : _t("Offline")],
            fault: [
                "warn",
                _t("The server does not answer — %s changes kept on this tablet", count),
            ],
            signed_out: ["bad", _t("Sign in again")],
            gone: ["bad", _t("This visit is not open to you")],
        };
        const [tone, text] = chips[status];
        return { tone, text };
    }
    get signInUrl() {
        return `/web/login?redirect=${encodeURIComponent(location.pathname)}`;
    }

    cardStatus(item) {
        return {
            draft: _t("To measure"),
            measured: _t("Measured"),
            signed: _t("Signed"),
            completed: _t("Completed"),
        }[item.state];
    }
    cardPlace(item) {
        if (item.kind === "adp") {
            return "";
        }
        return item.location_label || Object.fromEntries(this.schema.places)[item.location_tag];
    }
    cardFunding(item) {
        return Object.fromEntries(this.schema.sale_types)[item.funding] || "";
    }
    cardPhoto(item) {
        return item.photos[0] && `${item.photos[0].url}?small=1`;
    }
    keyOf(item) {
        return keyOf(item);
    }
    conflictsOf(item) {
        return this.sync.conflicts.filter((entry) => entry.op.ref === refOf(item));
    }
    get itemConflicts() {
        return this.conflictsOf(this.item).flatMap((entry) =>
            Object.entries(entry.conflicts).map(([name, values]) => ({ entry, name, ...values }))
        );
    }
    get itemPhotos() {
        const ref = refOf(this.item);
        const waiting = this.sync.waitingPhotos.filter((photo) => photo.ref === ref);
        return [
            ...this.item.photos,
            ...waiting.map((photo) => ({
                id: `waiting-${photo.seq}`,
                slot: photo.slot,
                url: this.blobUrl(photo),
                isWaiting: true,
            })),
        ];
    }
    blobUrl(photo) {
        photo.address = photo.address || URL.createObjectURL(photo.blob);
        return photo.address;
    }
    get refusals() {
        return this.sync.refused.map((entry) => ({
            entry,
            message: entry.refusal,
            values: entry.op ? this.describe(entry.op) : "",
        }));
    }
    describe(op) {
        const labels = {};
        for (const type of Object.values(this.schema.types)) {
            for (const field of type.fields) {
                labels[field.name] = field.label;
            }
        }
        return Object.entries(op.values || {})
            .map(([name, value]) => `${labels[name] || name}: ${value}`)
            .join(", ");
    }

    // -- What the person does ---------------------------------------------------------------------

    open(panel, key = "") {
        this.ui.panel = panel;
        this.ui.itemKey = key;
        this.ui.isSigning = false;
    }
    close() {
        this.open("");
    }
    onKey(event) {
        if (["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName) || !this.shown) {
            return;
        }
        if (event.key === "n" && this.mayEdit) {
            this.open("add");
        } else if (event.key === "j" || event.key === "k") {
            this.step(event.key === "j" ? 1 : -1);
        } else if (event.key === "Escape") {
            this.close();
        }
    }
    step(by) {
        const place = this.items.findIndex((item) => keyOf(item) === this.ui.itemKey);
        const next = this.items[place + by];
        if (next) {
            this.open("item", keyOf(next));
        }
    }
    setUnit(unit) {
        this.ui.unit = unit;
        localStorage.setItem("fusion_visit_unit", unit);
    }

    async addItem({ type, locationTag, locationLabel, isSame, funding }) {
        const ref = newKey();
        const isDevice = ADP_TYPES.includes(type);
        const values = isDevice ? {} : { location_tag: locationTag, location_label: locationLabel };
        if (isSame) {
            values.same_as_previous = true;
        }
        if (funding) {
            values.x_fc_funding_source = funding;
        }
        const target = isDevice ? "adp" : "accessibility";
        await this.sync.addOp({
            type: "create",
            target,
            ref,
            item_type: type,
            values,
            base_rev: 0,
        });
        this.open("item", ref);
    }
    addSuggestion(row) {
        const isHome = row.code === "home_access";
        const locationTag = isHome ? "front" : "inside";
        this.addItem({ type: row.assessment_type, locationTag, funding: row.funding_source });
    }
    /** The form says of which item: it may be closed by now, and another one open. */
    changeItem(item, name, value) {
        this.sync.addOp({
            type: "update",
            target: item.kind,
            ref: refOf(item),
            values: { [name]: value },
            base_rev: item.rev,
        });
    }
    async cancelItem() {
        const item = this.item;
        if (window.confirm(_t("Cancel %s? Nothing is deleted.", item.label))) {
            this.close();
            await this.sync.addOp({ type: "cancel", target: item.kind, ref: refOf(item) });
        }
    }
    sameAgain(item) {
        this.addItem({ type: item.type, locationTag: "inside", isSame: true });
    }
    addSegment() {
        this.sync.addOp({
            type: "create",
            target: "segment",
            ref: newKey(),
            values: { accessibility_id: refOf(this.item), segment_type: "straight" },
            base_rev: 0,
        });
    }
    changeSegment(segment, name, value) {
        this.sync.addOp({
            type: "update",
            target: "segment",
            ref: refOf(segment),
            values: { [name]: value },
            base_rev: segment.rev,
        });
    }
    removeSegment(segment) {
        this.sync.addOp({ type: "cancel", target: "segment", ref: refOf(segment) });
    }
    changeVisit(values) {
        for (const [name, value] of Object.entries(values)) {
            this.sync.addOp({
                type: "update",
                target: "visit",
                values: { [name]: value },
                base_rev: this.sync.state.visit.rev,
            });
        }
    }
    addPhoto(item, slot, blob) {
        this.sync.addPhoto({ ref: refOf(item), slot, blob });
    }
    sign(signature) {
        this.ui.isSigning = false;
        this.sync.add("sign", { ref: refOf(this.item), signature });
    }
    async complete() {
        this.sync.missing = [];
        await this.sync.add("complete", {});
    }
    openGap(gap) {
        const item = gap.id && this.items.find((one) => one.id === gap.id && one.kind === gap.kind);
        if (item) {
            this.open("item", keyOf(item));
        }
    }
    async forgetOld() {
        for (const entry of this.sync.old) {
            await this.sync.discard(entry, entry.blob ? "photos" : "ops");
        }
    }
    discard(row) {
        this.sync.discard(row.entry, row.entry.blob ? "photos" : "ops");
    }
}
