import { onMounted } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** Asks for the defaults without the summaries. */
class ApprovalModel extends formView.Model {
    load(params = {}) {
        return super.load({ ...params, context: { ...params.context, fc_defer_summary: true } });
    }
}

/**
 * Opens at once and fetches the summaries afterwards, so that the dialog can be used meanwhile.
 * What somebody has typed by then stays.
 */
export class ApprovalFormController extends FormController {
    setup() {
        super.setup();
        this.orm = useService("orm");
        onMounted(() => this.fetchSummaries());
    }

    async fetchSummaries() {
        const record = this.model.root;
        if (!record.data.is_fetching) {
            return;
        }
        const { ticket_id, line_ids } = record.data;
        const ids = ticket_id
            ? [ticket_id.id]
            : line_ids.records.map((line) => line.data.ticket_id.id);
        const found = await this.orm.call(record.resModel, "fetch_summaries", [ids]);
        await this.applySummaries(record, found);
    }

    async applySummaries(record, found) {
        const { ticket_id, line_ids, ai_summary } = record.data;
        const isAnyEmpty = Object.values(found).some((text) => !text);
        const changes = { is_fetching: false, summary_failed: isAnyEmpty };
        if (ticket_id && !ai_summary) {
            changes.ai_summary = found[ticket_id.id];
        }
        for (const line of line_ids.records) {
            if (!line.data.ai_summary) {
                await line.update({ ai_summary: found[line.data.ticket_id.id] });
            }
        }
        await record.update(changes);
    }
}

registry.category("views").add("fusion_helpdesk_central_approval_form", {
    ...formView,
    Controller: ApprovalFormController,
    Model: ApprovalModel,
});
