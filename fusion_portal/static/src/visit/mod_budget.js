import { Component } from "@odoo/owl";
import { _t } from "./texts";

/** What March of Dimes has left for this client, as of the last answer of the server. */
export class ModBudget extends Component {
    static template = "fusion_portal.ModBudget";
    static props = { budget: Object, lang: String };

    money(amount) {
        const { currency } = this.props.budget;
        const options = { style: "currency", currency, maximumFractionDigits: 0 };
        return new Intl.NumberFormat(this.props.lang, options).format(amount);
    }
    get isKnown() {
        return this.props.budget.used !== null;
    }
    get used() {
        return this.props.budget.used || 0;
    }
    get total() {
        return this.used + this.props.budget.planned;
    }
    get left() {
        return this.props.budget.cap - this.total;
    }
    /** @returns {number} 0 to 100 */
    share(amount) {
        const { cap } = this.props.budget;
        return cap > 0 ? Math.min(100, (100 * amount) / cap) : 0;
    }
    get summary() {
        const { cap } = this.props.budget;
        return _t("%s of %s", this.money(this.total), this.money(cap));
    }
    get outcome() {
        if (!this.isKnown) {
            return _t("What was paid before is not known until a client is chosen.");
        }
        if (this.left < 0) {
            return _t("%s more than the program covers", this.money(-this.left));
        }
        return _t("%s left", this.money(this.left));
    }
}
