import { AnnotateDialog } from "@fusion_helpdesk/capture/annotate_dialog";
import {
    canCapture,
    captureTab,
    getScreenshotName,
    loadPicture,
} from "@fusion_helpdesk/capture/picture";
import { findFileFault, formatSize, getFiles, readFile } from "@fusion_helpdesk/core/files";
import { Component, onWillUpdateProps, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** Files by button, drop, paste and camera. The parent owns the list and hands pastes on. */
export class FileBox extends Component {
    static template = "fusion_helpdesk.FileBox";
    static props = {
        files: Array,
        limits: Object,
        onChange: Function,
        incoming: { type: Array, optional: true }, // files pasted somewhere in the form
    };

    setup() {
        this.state = useState({ fault: "", isOver: false });
        this.input = useRef("input");
        this.dialog = useService("dialog");
        this.canCapture = canCapture();
        this.formatSize = formatSize;
        onWillUpdateProps((next) => {
            if (next.incoming !== this.props.incoming) {
                this.add(next.incoming);
            }
        });
    }

    async add(files) {
        this.state.fault = "";
        const kept = [...this.props.files];
        for (const file of files) {
            const fault = findFileFault(file, kept, this.props.limits);
            if (fault) {
                this.state.fault = fault;
                continue;
            }
            try {
                kept.push(await readFile(file));
            } catch {
                this.state.fault = _t("%s could not be read.", file.name);
            }
        }
        this.props.onChange(kept);
    }

    onPicked(ev) {
        this.add([...ev.target.files]);
        ev.target.value = "";
    }

    onDrop(ev) {
        this.state.isOver = false;
        this.add(getFiles(ev.dataTransfer));
    }

    /** The browser asks which window; a refusal changes nothing. */
    async capture() {
        this.state.fault = "";
        let picture;
        document.body.classList.add("o_fhd_hidden");
        try {
            picture = await captureTab();
        } catch {
            this.state.fault = _t("No picture was taken: the browser was not allowed to.");
            return;
        } finally {
            document.body.classList.remove("o_fhd_hidden");
        }
        this.annotate(picture, getScreenshotName(), (file) => this.add([file]));
    }

    async mark(index) {
        const file = this.props.files[index];
        let picture;
        try {
            picture = await loadPicture(file);
        } catch {
            this.state.fault = _t("%s could not be read.", file.name);
            return;
        }
        const name = file.name.replace(/\.\w+$/, "") + ".png";
        this.annotate(picture, name, async (marked) => {
            const files = this.props.files.filter((_file, number) => number !== index);
            const fault = findFileFault(marked, files, this.props.limits);
            this.state.fault = fault;
            if (!fault) {
                files.splice(index, 0, await readFile(marked));
                this.props.onChange(files);
            }
        });
    }

    annotate(picture, name, onDone) {
        this.dialog.add(AnnotateDialog, { picture, name, onDone });
    }

    remove(index) {
        this.props.onChange(this.props.files.filter((_file, number) => number !== index));
        this.input.el.focus();
    }

    removeLabel(file) {
        return _t("Remove %s", file.name);
    }

    isPicture(file) {
        return ["image/png", "image/jpeg", "image/gif", "image/webp"].includes(file.mimetype);
    }

    getPreview(file) {
        return `data:${file.mimetype};base64,${file.data}`;
    }
}
