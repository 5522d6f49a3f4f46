/* global luxon */
import { Component, onMounted, onWillStart, onWillUnmount, useState, useSubEnv } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { getDefaultConfig } from "@web/views/view";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { AssignCardDialog } from "./assign_card_dialog";
import { formatClock, formatDay, formatElapsed } from "./local_format";
import { PhotoWall } from "./photo_wall";

const TICK_MS = 30000;
const RELOAD_MS = 1000; // several clockings of one moment load once

/** Who is in, who is late or absent, what awaits a decision, and the day's photos. */
export class ClockDashboard extends Component {
    static template = "fusion_clock.ClockDashboard";
    static components = { Layout, PhotoWall };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        useSubEnv({ config: { ...getDefaultConfig(), ...this.env.config } });
        this.state = useState({ data: null, date: "", now: luxon.DateTime.utc() });
        this.reloadSoon = useDebounced(() => this.load(), RELOAD_MS);
        Object.assign(this, { formatClock, formatElapsed });
        onWillStart(() => this.load());
        onMounted(() => {
            this.timer = browser.setInterval(() => {
                this.state.now = luxon.DateTime.utc();
            }, TICK_MS);
            this.bus.subscribe("fusion_clock.board", this.reloadSoon);
        });
        onWillUnmount(() => {
            browser.clearInterval(this.timer);
            this.bus.unsubscribe("fusion_clock.board", this.reloadSoon);
        });
    }

    get data() {
        return this.state.data;
    }

    get tiles() {
        const { counts } = this.data;
        return [
            { key: "in_now", label: _t("In now"), value: counts.in_now },
            { key: "late", label: _t("Late"), value: counts.late, warns: true },
            { key: "absent", label: _t("Absent"), value: counts.absent, warns: true },
            { key: "on_leave", label: _t("On leave"), value: counts.on_leave },
            { key: "unscheduled", label: _t("Not scheduled"), value: counts.unscheduled },
        ];
    }

    get approvals() {
        const { counts } = this.data;
        return [
            {
                key: "corrections",
                label: _t("Correction requests"),
                value: counts.pending_corrections,
                action: "fusion_clock.action_fusion_clock_corrections",
            },
            {
                key: "reasons",
                label: _t("Attendances awaiting an explanation"),
                value: counts.pending_reasons,
                action: "fusion_clock.hr_attendance_action_pending",
            },
        ].filter((row) => row.value);
    }

    get weekText() {
        return _t("this week, of %(hours)s h planned", { hours: this.data.week.planned_hours });
    }

    get photosTitle() {
        return _t("Photos of %(day)s", { day: formatDay(this.data.date) });
    }

    get weekPercent() {
        const { planned_hours, net_hours } = this.data.week;
        return planned_hours ? Math.min(100, Math.round((net_hours / planned_hours) * 100)) : 0;
    }

    async load() {
        this.state.data = await rpc("/fusion_clock/dashboard/data", {
            date: this.state.date || null,
        });
        this.state.now = luxon.DateTime.utc();
    }

    onDate(ev) {
        this.state.date = ev.target.value;
        return this.load();
    }

    open(xmlId) {
        return this.action.doAction(xmlId);
    }

    openAttendance(attendanceId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "hr.attendance",
            res_id: attendanceId,
            views: [[false, "form"]],
        });
    }

    openBoard() {
        browser.open("/fusion_clock/board", "_blank");
    }

    assignCard(card) {
        this.dialog.add(AssignCardDialog, {
            cardUid: card.card_uid,
            onAssigned: (name) => {
                this.notification.add(_t("The card belongs to %(name)s now.", { name }), {
                    type: "success",
                });
                return this.load();
            },
        });
    }
}

registry.category("actions").add("fusion_clock.dashboard", ClockDashboard);
