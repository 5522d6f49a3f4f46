import { collectDiagnostics } from "@fusion_helpdesk/core/diagnostics";
import { Draft, newKey } from "@fusion_helpdesk/core/draft";
import { FileBox } from "@fusion_helpdesk/dialog/file_box";
import { WritingForm } from "@fusion_helpdesk/dialog/writing_form";
import { onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { session } from "@web/session";

const TYPED = ["uuid", "kind", "subject", "description", "reply_email"];

export class NewReport extends WritingForm {
    static template = "fusion_helpdesk.NewReport";
    static components = { FileBox };
    static props = {
        whoami: Object,
        prefill: { type: [Object, { value: null }], optional: true },
        onText: Function,
        onOpen: Function,
    };

    setup() {
        this.helpdesk = useService("fusion_helpdesk");
        this.draft = new Draft(session.db, user.userId, "ticket");
        this.state = useState({
            ...this.getBlank(),
            ...(this.props.prefill || this.draft.read()),
            files: [],
            pasted: [],
            include: true,
            isShown: false,
            similar: [],
            followed: [],
            isBusy: false,
            error: "",
            field: "",
            result: null,
        });
        this.diagnostics = collectDiagnostics(this.env);
        this.collector = useService("fusion_helpdesk.collector");
        onWillStart(async () => Object.assign(this.diagnostics, await this.collector.collect()));
        this.form = useRef("form");
        useAutofocus({ refName: "subject" });
        this.findSimilar = useDebounced(() => this.loadSimilar(), 600);
        this.tell();
    }

    getBlank() {
        return {
            uuid: newKey(),
            kind: "bug",
            subject: "",
            description: "",
            reply_email: this.props.whoami.email,
            lost_files: [], // of a refused message that is edited
        };
    }

    get diagnosticRows() {
        const labels = {
            page: _t("Page"),
            action: _t("Action"),
            model: _t("Model / Record"),
            view: _t("View"),
            odoo_version: _t("Odoo version"),
            module_version: _t("Module version"),
            browser: _t("Browser"),
            screen: _t("Screen"),
            time: _t("Time"),
            errors: _t("Errors"),
            failed_rpcs: _t("Failed requests"),
            navigations: _t("Visited"),
        };
        return [
            [_t("User"), `${user.name} (#${user.userId}, ${user.login})`],
            ...Object.keys(labels).map((name) => [labels[name], this.diagnostics[name]]),
        ]
            .map(([label, value]) => [label, Array.isArray(value) ? value.join("\n") : value])
            .filter((row) => row[1]);
    }

    /** The dialog asks before it drops text; the browser keeps it. */
    tell() {
        const { subject, description, files } = this.state;
        this.props.onText(!!(subject.trim() || description.trim() || files.length));
    }

    onTyped() {
        this.draft.write(Object.fromEntries(TYPED.map((name) => [name, this.state[name]])));
        this.state.error = "";
        this.state.field = "";
        this.tell();
    }

    has(feature) {
        return this.props.whoami.features.includes(feature);
    }

    /** Only a hint: whatever goes wrong with it leaves the form alone. */
    async loadSimilar() {
        const query = this.state.subject;
        try {
            const answer = await rpc("/fusion_helpdesk/similar", { query }, { silent: true });
            if (query === this.state.subject) {
                this.state.similar = answer.tickets;
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    }

    async follow(ticket) {
        const answer = await rpc(`/fusion_helpdesk/ticket/${ticket.id}/subscribe`);
        if (answer.ok) {
            this.state.followed.push(ticket.id);
        } else {
            this.state.error = answer.message;
        }
    }

    onSubject() {
        if (this.has("similar")) {
            this.findSimilar();
        }
    }

    setKind(kind) {
        this.state.kind = kind;
        this.onTyped();
    }

    /** @returns {string} name of the first field that is not filled in */
    findMissing() {
        return ["subject", "description"].find((name) => !this.state[name].trim()) || "";
    }

    refuse(message, field) {
        Object.assign(this.state, { error: message, field });
        this.form.el?.querySelector(`[name=${field}]`)?.focus();
    }

    async send() {
        const missing = this.findMissing();
        if (this.state.isBusy || this.state.result) {
            return;
        }
        if (missing) {
            return this.refuse(
                missing === "subject" ? _t("Please give a subject.") : _t("Please describe it."),
                missing
            );
        }
        this.state.isBusy = true;
        try {
            this.take(await rpc("/fusion_helpdesk/submit", this.getParams()));
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.error = _t(
                "No connection. Your text is kept in this browser; try again in a minute."
            );
        } finally {
            this.state.isBusy = false;
        }
    }

    getParams() {
        const { kind, subject, description, reply_email, uuid, include, files } = this.state;
        return {
            kind,
            subject,
            description,
            reply_email,
            attachments: files.map(({ name, mimetype, data }) => ({ name, mimetype, data })),
            context: include ? this.diagnostics : {},
            include_context: include,
            draft_uuid: uuid,
        };
    }

    take(answer) {
        if (!answer.ok) {
            const fields = {
                bad_email: "reply_email",
                empty: "description",
                too_long: "description",
            };
            return this.refuse(answer.message, fields[answer.error] || "");
        }
        this.draft.clear();
        this.state.result = answer;
        this.props.onText(false);
        if (answer.queued) {
            this.helpdesk.state.pending++;
        }
    }

    again() {
        Object.assign(this.state, this.getBlank(), {
            files: [],
            similar: [],
            result: null,
            error: "",
        });
    }
}
