import { findFileFault, formatSize, getFiles, readFile } from "@fusion_helpdesk/core/files";
import { Component, onWillUpdateProps, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** Files by button, drop, paste and camera. The parent owns the list and hands pastes on. */
export class FileBox extends Component {
    static template = "fusion_helpdesk.FileBox";
    static props = {
        files: Array,
        limits: Object,
        onChange: Function,
        incoming: { type: Array, optional: true }, // files pasted somewhere in the form
        slots: { type: Object, optional: true },
    };

    setup() {
        this.state = useState({ fault: "", isOver: false });
        this.input = useRef("input");
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

    remove(index) {
        this.props.onChange(this.props.files.filter((_file, number) => number !== index));
        this.input.el.focus();
    }

    isPicture(file) {
        return ["image/png", "image/jpeg", "image/gif", "image/webp"].includes(file.mimetype);
    }

    getPreview(file) {
        return `data:${file.mimetype};base64,${file.data}`;
    }
}
