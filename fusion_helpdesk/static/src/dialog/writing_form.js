import { getFiles } from "@fusion_helpdesk/core/files";
import { Component } from "@odoo/owl";

/**
 * A form that takes text and files: `state.files`, `state.pasted`, `send()` and `tell()`, which
 * reports whether something would be lost, are the form's own.
 */
export class WritingForm extends Component {
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
}
