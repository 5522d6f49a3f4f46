import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";

export class HelpdeskSystray extends Component {
    static template = "fusion_helpdesk.Systray";
    static props = {};

    setup() {
        this.helpdesk = useService("fusion_helpdesk");
        this.state = useState(this.helpdesk.state);
    }

    get badge() {
        return this.state.count > 99 ? "99+" : String(this.state.count);
    }

    get label() {
        if (!this.state.isConfigured) {
            return _t("Set up support");
        }
        if (this.state.needsAdmin) {
            return _t("Support: the connection needs an administrator");
        }
        if (this.state.pending) {
            return _t("Support: %s messages wait to be sent", this.state.pending);
        }
        return this.state.count ? _t("Support: %s new answers", this.state.count) : _t("Support");
    }

    onClick() {
        if (this.state.isConfigured) {
            this.helpdesk.open({ tab: this.state.count ? "list" : "new" });
        } else {
            this.helpdesk.setUp();
        }
    }
}

registry
    .category("systray")
    .add("fusion_helpdesk.systray", { Component: HelpdeskSystray }, { sequence: 30 });
