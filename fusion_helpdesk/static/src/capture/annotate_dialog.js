import { render } from "@fusion_helpdesk/capture/picture";
import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

/** Pen, box, arrow and blur on a picture, before it leaves the browser. */
export class AnnotateDialog extends Component {
    static template = "fusion_helpdesk.AnnotateDialog";
    static components = { Dialog };
    static props = {
        picture: HTMLCanvasElement,
        name: String,
        onDone: Function, // with a File
        close: Function,
    };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ tool: "box", count: 0 });
        this.strokes = [];
        this.stroke = null;
        this.tools = [
            { id: "box", label: _t("Box"), icon: "fa-square-o" },
            { id: "arrow", label: _t("Arrow"), icon: "fa-long-arrow-right" },
            { id: "pen", label: _t("Pen"), icon: "fa-pencil" },
            { id: "blur", label: _t("Blur"), icon: "fa-low-vision" },
        ];
        onMounted(() => this.draw());
    }

    draw() {
        const strokes = this.stroke ? [...this.strokes, this.stroke] : this.strokes;
        render(this.canvas.el, this.props.picture, strokes);
        this.state.count = strokes.length;
    }

    /** @returns {number[]} the pointer in the picture's own pixels */
    getPoint(ev) {
        const { left, top, width, height } = this.canvas.el.getBoundingClientRect();
        return [
            ((ev.clientX - left) * this.canvas.el.width) / width,
            ((ev.clientY - top) * this.canvas.el.height) / height,
        ];
    }

    onDown(ev) {
        this.stroke = { tool: this.state.tool, points: [this.getPoint(ev)] };
    }

    onMove(ev) {
        if (this.stroke) {
            this.stroke.points.push(this.getPoint(ev));
            this.draw();
        }
    }

    onUp() {
        if (this.stroke?.points.length > 1) {
            this.strokes.push(this.stroke);
        }
        this.stroke = null;
        this.draw();
    }

    undo() {
        this.strokes.pop();
        this.draw();
    }

    async done() {
        const blob = await new Promise((resolve) => this.canvas.el.toBlob(resolve, "image/png"));
        this.props.onDone(new File([blob], this.props.name, { type: "image/png" }));
        this.props.close();
    }
}
