import { FusionHelpdeskDialog } from "@fusion_helpdesk/dialog/dialog";
import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

const ASK_AGAIN_MS = 10 * 60 * 1000;

/** What the icon shows, and the one door to the dialog. Pages never wait for central. */
export const helpdeskService = {
    dependencies: ["action", "bus_service", "dialog"],

    start(env, { action, bus_service: bus, dialog }) {
        const info = session.fusion_helpdesk || {};
        const state = reactive({
            isShown: "is_configured" in info,
            isConfigured: !!info.is_configured,
            needsAdmin: !!info.needs_admin,
            pending: info.pending || 0,
            count: 0,
        });
        let askedAt = 0;
        let isOpen = false;

        async function refresh() {
            askedAt = Date.now();
            try {
                state.count = (
                    await rpc("/fusion_helpdesk/unread_count", {}, { silent: true })
                ).count;
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
            }
        }

        /** @param {Object} [props] of the dialog: `tab`, `prefill` */
        function open(props = {}) {
            if (!isOpen) {
                isOpen = true;
                dialog.add(FusionHelpdeskDialog, props, { onClose: () => (isOpen = false) });
            }
        }

        function setUp() {
            action.doAction("base.res_config_setting_act_window", {
                additionalContext: { module: "fusion_helpdesk" },
            });
        }

        if (state.isShown) {
            bus.subscribe("fusion_helpdesk.unread", ({ count }) => (state.count = count));
            bus.subscribe("fusion_helpdesk.outbox", ({ pending }) => (state.pending = pending));
            browser.addEventListener("focus", () => {
                if (Date.now() - askedAt > ASK_AGAIN_MS) {
                    refresh();
                }
            });
            refresh();
        }
        return { state, refresh, open, setUp };
    },
};

registry.category("services").add("fusion_helpdesk", helpdeskService);
