import { ErrorDialog } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** "Report this" in Odoo's own error dialog. */
patch(ErrorDialog.prototype, {
    /** The dialog lives on pages without the reporter too. */
    get fhdHelpdesk() {
        const helpdesk = this.env.services.fusion_helpdesk;
        return helpdesk?.state.isConfigured ? helpdesk : null;
    },

    fhdReport() {
        const { message, data } = this.props;
        const first = String(data?.message || message || this.title || "").split("\n")[0];
        this.props.close();
        this.fhdHelpdesk.open({
            tab: "new",
            prefill: { kind: "bug", subject: _t("Error: %s", first).slice(0, 200) },
        });
    },
});
