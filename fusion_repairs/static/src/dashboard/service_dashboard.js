/* global luxon */
import { Component, onMounted, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const percent = (value) => `${Math.round(value * 100)} %`;

/** The numbers of the service department; each one opens the list behind it. */
export class ServiceDashboard extends Component {
    static template = "fusion_repairs.ServiceDashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null, error: false, span: "month" });
        this.spans = [
            { key: "month", label: _t("This month") },
            { key: "30", label: _t("30 days") },
            { key: "90", label: _t("90 days") },
        ];
        // Not before the first drawing: meanwhile grey surfaces show what comes.
        onMounted(() => this.load());
    }

    async load(span = this.state.span) {
        this.state.span = span;
        const today = luxon.DateTime.local();
        const from = span === "month" ? false : today.minus({ days: Number(span) - 1 }).toISODate();
        this.state.error = false;
        try {
            const data = await this.orm.call(
                "fusion.repair.dashboard",
                "get_dashboard_data",
                from ? [from] : []
            );
            if (this.state.span === span) {
                this.state.data = data;
            }
        } catch (error) {
            this.state.error = true;
            throw error;
        }
    }

    get openSteps() {
        return this.state.data.setup.filter((step) => !step.done).slice(0, 3);
    }

    get sections() {
        const { repairs, maintenance, revenue, quality, certificates, parts, plans, currency_id } =
            this.state.data;
        const money = (value) => formatMonetary(value, { currencyId: currency_id });
        const kinds = {
            repair: _t("Repairs"),
            maintenance: _t("Maintenance"),
            installation: _t("Installations"),
            inspection: _t("Inspections"),
            warranty: _t("Warranty"),
        };
        const earned = Object.keys(kinds).filter((kind) => revenue[kind]);
        return [
            {
                key: "repairs",
                title: _t("Jobs"),
                tiles: [
                    this.tile(_t("New"), repairs.new),
                    this.tile(_t("Quote"), repairs.quote),
                    this.tile(_t("Waiting for parts"), repairs.parts),
                    this.tile(_t("Without a visit"), repairs.without_schedule, { isWarning: true }),
                    this.tile(_t("Scheduled"), repairs.scheduled),
                    this.tile(_t("In progress"), repairs.in_progress),
                    this.tile(_t("Late"), repairs.late, { isWarning: true }),
                    this.tile(_t("Parts late"), parts.late, { isWarning: true }),
                    this.tile(_t("Done"), repairs.done),
                ],
            },
            {
                key: "maintenance",
                title: _t("Maintenance"),
                tiles: [
                    this.tile(_t("Due in 30 days"), maintenance.due_30),
                    this.tile(_t("Overdue"), maintenance.overdue, { isWarning: true }),
                    this.tile(_t("Of these booked"), maintenance.booked_share, { format: percent }),
                    this.tile(_t("Reminded"), maintenance.sent),
                    this.tile(_t("Booked after it"), maintenance.conversion, { format: percent }),
                    this.tile(_t("Certificates expire"), certificates.expiring),
                    this.tile(_t("Certificates expired"), certificates.expired, {
                        isWarning: true,
                    }),
                    this.tile(_t("Plans end in 30 days"), plans.ending),
                ],
            },
            {
                key: "results",
                title: _t("Results"),
                tiles: [
                    this.tile(_t("Revenue"), revenue.month, { format: money }),
                    ...earned.map((kind) =>
                        this.tile(kinds[kind], revenue[kind], { format: money })
                    ),
                    this.tile(_t("Fixed the first time"), quality.first_time_fix, {
                        format: percent,
                    }),
                    this.tile(_t("Days to done"), quality.days_to_done),
                    this.tile(_t("Rating"), quality.rating, { format: (value) => value || "–" }),
                ],
            },
        ];
    }

    tile(label, number, { format = String, isWarning = false } = {}) {
        const isRaised = isWarning && number.value > 0;
        return { label, number, text: format(number.value), isRaised };
    }

    open(label, { model, domain }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: label,
            res_model: model,
            domain,
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }

    openStep(step) {
        return this.action.doAction(step.action);
    }
}

registry.category("actions").add("fusion_repairs.dashboard", ServiceDashboard);
