import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const SESSION = "fusion.repair.flowchart.session";

/** One question at a time, to the end; the answers go to the job. */
export class FlowchartRunner extends Component {
    static template = "fusion_repairs.FlowchartRunner";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const params = this.props.action.params || {};
        this.repairId = params.repair_id || false;
        this.charts = params.charts || [];
        this.state = useState({ run: null, isBusy: false });
        this.finishLabels = {
            resolved: _t("Close the job"),
            book_visit: _t("Plan a visit"),
            order_part: _t("Go to the parts"),
            stop_using: _t("Go to the job"),
            call_office: _t("Go to the job"),
        };
        onWillStart(() => this.charts.length === 1 && this.start(this.charts[0].id));
    }

    start(chartId) {
        return this.step("fusion.repair.flowchart", "action_run", [[chartId], this.repairId]);
    }

    choose(edgeId) {
        return this.step(SESSION, "action_choose", [[this.state.run.session_id], edgeId]);
    }

    back() {
        return this.step(SESSION, "action_back", [[this.state.run.session_id]]);
    }

    /** A second tap while the first is on its way does nothing. */
    async step(model, method, args) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            this.state.run = await this.orm.call(model, method, args);
        } finally {
            this.state.isBusy = false;
        }
    }

    async finish() {
        const action = await this.orm.call(SESSION, "action_finish", [[this.state.run.session_id]]);
        if (action === true) {
            return this.env.config.historyBack();
        }
        return this.action.doAction(action);
    }
}

registry.category("actions").add("fusion_repairs.flowchart_runner", FlowchartRunner);
