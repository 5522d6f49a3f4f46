import { getPosition } from "@fusion_clock/common/position";
import { ActivityMenu } from "@hr_attendance/components/attendance_menu/attendance_menu";
import { isIosApp } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

/** Odoo's systray clock, through the engine: says what it expects, and why not when refused. */
patch(ActivityMenu.prototype, {
    setup() {
        super.setup(...arguments);
        Object.assign(this.state, {
            fclkStatus: null,
            fclkReason: "",
            fclkError: "",
            fclkIsBusy: false,
        });
    },

    /** Called when the menu opens. */
    async searchReadEmployee() {
        await super.searchReadEmployee(...arguments);
        this.state.fclkError = "";
        const status = this.employee.id ? await rpc("/fusion_clock/systray") : null;
        this.state.fclkStatus = status?.error ? null : status;
    },

    async signInOut() {
        if (!this.state.fclkIsBusy) {
            await this._fclkDo(() => this._fclkClock());
        }
    },

    async fclkSendReason() {
        if (!this.state.fclkIsBusy && this.state.fclkReason.trim()) {
            await this._fclkDo(() => this._fclkAnswer());
        }
    },

    /** One thing at a time; a lost connection is said where the person looks. */
    async _fclkDo(action) {
        this.state.fclkIsBusy = true;
        this.state.fclkError = "";
        try {
            await action();
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.fclkError = _t("No connection. Please try again.");
        } finally {
            this.state.fclkIsBusy = false;
        }
    },

    async _fclkClock() {
        const position = await this._fclkGetPosition();
        if (position.problem) {
            this.state.fclkError = _t(
                "Your position is needed to clock. Allow it for this site in the browser, then try again."
            );
            return;
        }
        const { latitude, longitude } = position;
        const expected = this.state.checkedIn ? "clock_out" : "clock_in";
        const answer = await rpc("/hr_attendance/systray_check_in_out", {
            expected,
            ...(latitude === undefined ? {} : { latitude, longitude }),
        });
        this.employee = answer;
        this._searchReadEmployeeFill();
        if (answer.fclk_error) {
            this.state.fclkError = answer.fclk_error.message;
        } else {
            this.dropdown.close();
        }
    },

    /** As core: only when something is done with it; only a geofence makes it a must. */
    async _fclkGetPosition() {
        const isNeeded = this.state.fclkStatus?.needs_position;
        if (!isNeeded && (!this.employee.device_tracking_enabled || isIosApp())) {
            return {};
        }
        const position = await getPosition();
        return position.problem && !isNeeded ? {} : position;
    },

    async _fclkAnswer() {
        const question = this.state.fclkStatus.question;
        const answer = await rpc("/fusion_clock/reason", {
            attendance_id: question.attendance_id,
            reason: this.state.fclkReason,
        });
        if (answer.error) {
            this.state.fclkError = answer.message;
        } else {
            this.state.fclkStatus.question = false;
            this.state.fclkReason = "";
        }
    },
});
