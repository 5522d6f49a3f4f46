import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** :returns: how tight a day is, of the hours at work */
export const levelOf = ({ free, work }) => {
    if (!work) {
        return "off";
    }
    const share = free / work;
    return share < 0.1 ? "full" : share < 0.3 ? "tight" : "open";
};

/** Free hours of the coming week by skill; a day off is empty, a full one stands out. */
export class CapacityMap extends Component {
    static template = "fusion_tasks.CapacityMap";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.levelOf = levelOf;
        this.state = useState({ days: [], rows: [] });
        onWillStart(async () => {
            const data = await this.orm.call("fusion.technician.task", "get_capacity", []);
            Object.assign(this.state, data);
        });
    }

    hours(value) {
        return formatFloat(value, { digits: [16, 1], trailingZeros: false });
    }

    get isEmpty() {
        return this.state.rows.every((row) => row.cells.every((cell) => !cell.work));
    }
}

registry.category("actions").add("fusion_tasks.capacity_map", CapacityMap);
