import { Draft } from "@fusion_helpdesk/core/draft";
import { NewReport } from "@fusion_helpdesk/dialog/new_report";
import { HelpdeskFrame } from "@fusion_helpdesk/dialog/frame";
import { TicketList } from "@fusion_helpdesk/dialog/ticket_list";
import { TicketThread } from "@fusion_helpdesk/dialog/ticket_thread";
import { Component, markup, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { session } from "@web/session";

const UNKNOWN = {
    name: "",
    email: "",
    is_admin: false,
    client_label: "",
    configured: true,
    limits: { max_files: 10, max_file_mb: 10, max_total_mb: 20 },
    features: [],
    notices: [],
};

export class FusionHelpdeskDialog extends Component {
    static template = "fusion_helpdesk.Dialog";
    static components = { HelpdeskFrame, NewReport, TicketList, TicketThread };
    static props = {
        close: Function,
        tab: { type: String, optional: true },
        prefill: { type: Object, optional: true },
    };

    setup() {
        this.helpdesk = useService("fusion_helpdesk");
        this.dialog = useService("dialog");
        this.state = useState({
            tab: this.props.tab || "new",
            ticketId: 0,
            whoami: UNKNOWN,
            prefill: this.props.prefill || null,
        });
        this.hasText = false;
        this.dismissed = new Draft(session.db, user.userId, "notices");
        this.state.dismissed = this.dismissed.read() || [];
        onWillStart(() => this.load());
    }

    get notices() {
        const { whoami, dismissed } = this.state;
        return whoami.notices
            .filter((notice) => !dismissed.includes(notice.id))
            .map((notice) => ({ ...notice, html: markup(notice.body) }));
    }

    dismiss(notice) {
        this.state.dismissed.push(notice.id);
        this.dismissed.write([...this.state.dismissed]);
    }

    async load() {
        try {
            const answer = await rpc("/fusion_helpdesk/whoami");
            if (answer.ok) {
                this.state.whoami = answer;
                this.helpdesk.state.pending = answer.pending;
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    }

    /** Called by the parts: whether something typed would be lost by leaving. */
    setText(hasText) {
        this.hasText = hasText;
    }

    /** @returns {Promise<boolean>} */
    mayLeave() {
        if (!this.hasText) {
            return Promise.resolve(true);
        }
        return new Promise((resolve) => {
            this.dialog.add(
                ConfirmationDialog,
                {
                    title: _t("Leave without sending?"),
                    body: _t("Your text stays in this browser for 7 days; files do not."),
                    confirmLabel: _t("Leave"),
                    confirm: () => resolve(true),
                    cancelLabel: _t("Keep writing"),
                    cancel: () => resolve(false),
                },
                { onClose: () => resolve(false) }
            );
        });
    }

    async go(tab, ticketId = 0) {
        if (this.state.tab === tab && this.state.ticketId === ticketId) {
            return;
        }
        if (await this.mayLeave()) {
            this.hasText = false;
            Object.assign(this.state, { tab, ticketId, prefill: null });
        }
    }

    edit(draft) {
        Object.assign(this.state, { tab: "new", ticketId: 0, prefill: draft });
    }

    onTabKey(ev) {
        if (["ArrowLeft", "ArrowRight"].includes(ev.key)) {
            ev.currentTarget.querySelector("[aria-selected=false]").focus();
        }
    }
}
