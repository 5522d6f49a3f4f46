import { markup, onMounted } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

const LINES = "checklist_line_ids";
const ENTRIES = [
    "outcome",
    "findings",
    "parts_note",
    "signature",
    "signed_by",
    "signature_refused_reason",
];

/**
 * The technician's report. What is entered stays on the device until the server has it: a phone that
 * loses the network, the page or its battery loses no entry.
 */
export class VisitReportController extends FormController {
    setup() {
        this.notification = useService("notification");
        super.setup();
        onMounted(() => this.restoreDraft());
    }

    /** One draft for each job and person; a shared phone tells them apart. */
    get draftKey() {
        const { default_visit_id: visit, active_model: model, active_id: id } = this.props.context;
        return `fusion_repairs.report:${user.userId}:${visit || `${model},${id}`}`;
    }

    get modelParams() {
        const params = super.modelParams;
        params.hooks.onRecordChanged = (record, changes) => this.keepDraft(record, changes);
        return params;
    }

    /** @param {Object} changes as they would be sent: lists as commands */
    keepDraft(record, changes) {
        if (record.id !== this.model.root.id) {
            return;
        }
        const draft = { values: { draft_key: record.data.draft_key }, lines: {}, parts: [] };
        for (const name of ENTRIES.filter((one) => one in changes)) {
            draft.values[name] = changes[name];
        }
        for (const [, id, values] of changes[LINES] || []) {
            draft.lines[id] = values;
        }
        draft.parts = (changes.part_ids || []).map(([, , values]) => values);
        browser.localStorage.setItem(this.draftKey, JSON.stringify(draft));
    }

    async restoreDraft() {
        const draft = JSON.parse(browser.localStorage.getItem(this.draftKey) || "null");
        if (!draft) {
            return;
        }
        const { root } = this.model;
        const { values } = draft;
        if (values.findings) {
            values.findings = markup(values.findings);
        }
        await root.update(values);
        for (const line of root.data[LINES].records) {
            await line.update(draft.lines[line.resId] || {});
        }
        for (const { product_id, quantity } of draft.parts) {
            const context = { default_product_id: product_id, default_quantity: quantity };
            await root.data.part_ids.addNewRecord({ position: "bottom", context });
        }
        this.notification.add(_t("Entries that had not been sent are back. Look them over."), {
            type: "info",
        });
    }

    /** Nothing is sent from a page that closes: a beacon may never arrive, the draft stays here. */
    async beforeUnload() {}

    onRecordSaved(record, changes) {
        browser.localStorage.removeItem(this.draftKey);
        return super.onRecordSaved(record, changes);
    }

    async beforeExecuteActionButton(clickParams) {
        try {
            return await super.beforeExecuteActionButton(clickParams);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.notification.add(
                _t("No connection. Your entries stay on this device; send them again later."),
                { type: "warning" }
            );
            return false;
        }
    }
}

registry.category("views").add("fusion_repairs_visit_report", {
    ...formView,
    Controller: VisitReportController,
});
