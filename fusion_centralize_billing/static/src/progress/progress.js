import { Component, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** How far this window's run is, told over the bus, with a way to stop it. */
export class BillingProgress extends Component {
    static template = "fusion_centralize_billing.Progress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.state = useState({ done: 0, total: 0, isCancelling: false });
        this.onProgress = ({ model, id, done, total }) => {
            const { record } = this.props;
            if (model === record.resModel && id === record.resId) {
                Object.assign(this.state, { done, total });
            }
        };
        this.bus.subscribe("fusion_billing.progress", this.onProgress);
        onWillUnmount(() => this.bus.unsubscribe("fusion_billing.progress", this.onProgress));
    }

    get percent() {
        return Math.floor((100 * this.state.done) / Math.max(this.state.total, 1));
    }

    get text() {
        return this.state.isCancelling
            ? _t("Stopping. Nothing of this run will be kept.")
            : _t("%(done)s of %(total)s rows. You may close this window: the result is kept.", {
                  done: this.state.done,
                  total: this.state.total,
              });
    }

    async cancel() {
        this.state.isCancelling = true;
        const { resModel, resId } = this.props.record;
        try {
            await this.orm.silent.call(resModel, "action_cancel_run", [[resId]]);
        } catch (error) {
            this.state.isCancelling = false;
            throw error;
        }
    }

    close() {
        this.env.dialogData?.close();
    }
}

registry.category("view_widgets").add("fusion_billing_progress", { component: BillingProgress });
