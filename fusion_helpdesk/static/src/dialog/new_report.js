import { collectDiagnostics } from "@fusion_helpdesk/core/diagnostics";
import { Draft, newKey } from "@fusion_helpdesk/core/draft";
import { getFiles } from "@fusion_helpdesk/core/files";
import { FileBox } from "@fusion_helpdesk/dialog/file_box";
import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { session } from "@web/session";

const TYPED = ["uuid", "kind", "subject", "description", "reply_email"];

export class NewReport extends Component {
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
            isBusy: false,
            error: "",
            field: "",
            result: null,
        });
        this.diagnostics = collectDiagnostics(this.env);
        this.form = useRef("form");
        useAutofocus({ refName: "subject" });
        this.tell();
    }

    getBlank() {
        return {
            uuid: newKey(),
            kind: "bug",
            subject: "",
            description: "",
            reply_email: this.props.whoami.email,
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
        };
        return [
            [_t("User"), `${user.name} (#${user.userId}, ${user.login})`],
            ...Object.keys(labels).map((name) => [labels[name], this.diagnostics[name]]),
        ].filter((row) => row[1]);
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

    setKind(kind) {
        this.state.kind = kind;
        this.onTyped();
    }

    setFiles(files) {
        this.state.files = files;
        this.tell();
    }

    /** Before the dialog's own Ctrl+Enter, which clicks a footer that is not there. */
    onKey(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.send();
        }
    }

    onPaste(ev) {
        const files = getFiles(ev.clipboardData);
        if (files.length) {
            ev.preventDefault();
            this.state.pasted = files;
        }
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
        Object.assign(this.state, this.getBlank(), { files: [], result: null, error: "" });
    }
}
