/* global SignaturePad */
import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { _t } from "./texts";

/** Name, consent and a signature, drawn or typed, on the tablet that is handed over. */
export class SignatureDialog extends Component {
    static template = "fusion_portal.SignatureDialog";
    static props = {
        item: Object,
        schema: Object,
        clientName: String,
        authorizerName: String,
        isRep: Boolean,
        onSign: Function,
        onClose: Function,
    };

    setup() {
        this.state = useState({
            role: "authorizer",
            name: this.props.authorizerName,
            isAgent: false,
            relationship: "",
            consent: false,
            error: "",
        });
        this.canvas = useRef("canvas");
        this.dialog = useRef("dialog");
        onMounted(() => {
            this.dialog.el.showModal();
            const canvas = this.canvas.el;
            const { clientWidth, clientHeight } = canvas;
            canvas.width = clientWidth;
            canvas.height = clientHeight;
            this.pad = new SignaturePad(canvas, { minWidth: 2, maxWidth: 2, penColor: "black" });
        });
    }

    setRole(role) {
        const names = { authorizer: this.props.authorizerName, applicant: this.props.clientName };
        Object.assign(this.state, { role, name: names[role], isAgent: false, consent: false });
        this.clear();
    }
    clear() {
        this.pad.clear();
        this.isTyped = false;
    }
    /** For hands that cannot draw. */
    typeName() {
        this.clear();
        const canvas = this.canvas.el;
        const pen = canvas.getContext("2d");
        pen.fillStyle = "black";
        pen.textBaseline = "middle";
        pen.font = `italic ${Math.round(canvas.height / 3)}px cursive`;
        pen.fillText(this.state.name, canvas.width / 20, canvas.height / 2, canvas.width * 0.9);
        this.isTyped = Boolean(this.state.name.trim());
    }
    get missing() {
        if (this.state.name.trim().length < 2) {
            return _t("Please write the name.");
        }
        if (this.state.isAgent && !this.state.relationship) {
            return _t("Please say how the agent is related to the applicant.");
        }
        if (this.pad.isEmpty() && !this.isTyped) {
            return _t("Please sign in the box.");
        }
        return this.state.consent ? "" : _t("Please tick the consent.");
    }
    sign() {
        this.state.error = this.missing;
        if (this.state.error) {
            return;
        }
        this.props.onSign({
            role: this.state.role,
            name: this.state.name.trim(),
            signature: this.canvas.el.toDataURL("image/png").split(",")[1],
            relationship: this.state.isAgent ? this.state.relationship : false,
            consent: true,
        });
    }
}
