import { Component, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { CARD, layOut } from "./flow_layout";

const CHART = "fusion.repair.flowchart";
const NODE = "fusion.repair.flowchart.node";
const EDGE = "fusion.repair.flowchart.edge";

/** The steps of a chart as cards with arrows; the chosen one is changed beside them. */
export class FlowchartEditor extends Component {
    static template = "fusion_repairs.FlowchartEditor";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.chartId = this.props.action.params?.flowchart_id;
        this.state = useState({ chart: null, selectedId: false, faults: [] });
        this.card = CARD;
        this.kinds = { question: _t("Question"), instruction: _t("Step"), outcome: _t("End") };
        onWillStart(() => this.load());
    }

    async load() {
        if (!this.chartId) {
            return;
        }
        this.state.chart = await this.orm.call(CHART, "action_read_chart", [[this.chartId]]);
        this.state.faults = this.state.faults.length
            ? await this.orm.call(CHART, "action_check", [[this.chartId]])
            : [];
    }

    get isFrozen() {
        return this.state.chart.state !== "draft" || !this.state.chart.may_edit;
    }

    get selected() {
        return this.state.chart.nodes.find((node) => node.id === this.state.selectedId);
    }

    get layout() {
        const { nodes, start_node_id } = this.state.chart;
        const layout = layOut(nodes, start_node_id);
        const arrows = nodes.flatMap((node) =>
            node.edges.map((edge, index) => this.drawArrow(edge, index, node, layout.places))
        );
        return { ...layout, arrows };
    }

    /** Arrows of one card begin side by side, so that their answers can be read. */
    drawArrow(edge, index, node, places) {
        const from = places[node.id];
        const to = places[edge.target_id];
        const part = (index + 1) / (node.edges.length + 1);
        const [x1, y1] = [from.x + CARD.width * part, from.y + CARD.height];
        const [x2, y2] = [to.x + CARD.width / 2, to.y];
        const bend = CARD.gapY / 2;
        const path = `M ${x1} ${y1} C ${x1} ${y1 + bend}, ${x2} ${y2 - bend}, ${x2} ${y2}`;
        const isChosen = [node.id, edge.target_id].includes(this.state.selectedId);
        const label = { x: x1 + 4, y: y1 + 16 };
        return { id: edge.id, path, label, text: edge.label, isChosen };
    }

    faultsOf(nodeId) {
        return this.state.faults.filter((fault) => fault.node_id === nodeId);
    }

    async save(model, id, values) {
        await this.orm.write(model, [id], values);
        await this.load();
    }

    readId(ev) {
        return Number(ev.target.value) || false;
    }

    saveNode(values) {
        return this.save(NODE, this.selected.id, values);
    }

    saveKind(kind) {
        return this.saveNode({ kind, outcome: kind === "outcome" ? "book_visit" : false });
    }

    async addNode() {
        const [id] = await this.orm.create(NODE, [
            {
                flowchart_id: this.chartId,
                kind: "question",
                text: _t("New step"),
                sequence: (this.state.chart.nodes.length + 1) * 10,
            },
        ]);
        if (!this.state.chart.start_node_id) {
            await this.orm.write(CHART, [this.chartId], { start_node_id: id });
        }
        this.state.selectedId = id;
        await this.load();
    }

    removeNode() {
        this.dialog.add(ConfirmationDialog, {
            body: _t("Delete this step and its arrows?"),
            confirmLabel: _t("Delete"),
            confirm: () => this.removeRow(NODE, this.selected.id),
            cancel: () => {},
        });
    }

    async removeRow(model, id) {
        await this.orm.unlink(model, [id]);
        await this.load();
    }

    async addEdge(targetId) {
        const count = this.selected.edges.length;
        const labels = [_t("Yes"), _t("No")];
        const label =
            this.selected.kind === "instruction" ? _t("Done") : labels[count] || _t("Other");
        await this.orm.create(EDGE, [
            { node_id: this.selected.id, target_id: targetId, label, sequence: (count + 1) * 10 },
        ]);
        await this.load();
    }

    async check() {
        this.state.faults = await this.orm.call(CHART, "action_check", [[this.chartId]]);
        if (!this.state.faults.length) {
            this.notification.add(_t("Nothing is missing."), { type: "success" });
        }
        return !this.state.faults.length;
    }

    async publish() {
        if (await this.check()) {
            await this.orm.call(CHART, "action_publish", [[this.chartId]]);
            await this.load();
        }
    }

    async newVersion() {
        const action = await this.orm.call(CHART, "action_new_version", [[this.chartId]]);
        await this.action.doAction(action, { stackPosition: "replaceCurrentAction" });
    }

    tryOut() {
        const charts = [{ id: this.chartId, name: this.state.chart.name }];
        return this.action.doAction({
            type: "ir.actions.client",
            tag: "fusion_repairs.flowchart_runner",
            name: this.state.chart.name,
            params: { charts },
        });
    }
}

registry.category("actions").add("fusion_repairs.flowchart_editor", FlowchartEditor);
