import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { NameAndSignature } from "@web/core/signature/name_and_signature";
import { redirect } from "@web/core/utils/urls";

/** Who signs, as whom, the consent and the drawn signature; sent once. */
export class Page11Form extends Component {
    static template = "fusion_claims.Page11Form";
    static components = { NameAndSignature };
    static props = {
        token: String,
        signerName: String,
        signerType: String,
        relationship: String,
        relationships: Array,
    };

    setup() {
        this.state = useState({
            signerType: this.props.signerType,
            relationship: this.props.relationship,
            consent: false,
            isSending: false,
            error: "",
        });
        this.signature = useState({
            name: this.props.signerName,
            getSignatureImage: () => "",
            resetSignature: () => {},
        });
        this.root = useRef("root");
        onMounted(() => {
            this.beginAtTheTop();
            rpc(`/page11/sign/${this.props.token}/viewed`, {});
        });
    }

    /** The signature takes the focus, but the text above comes first. Its bin has no name. */
    beginAtTheTop() {
        document.activeElement?.blur();
        window.scrollTo(0, 0);
        const bin = this.root.el.querySelector("a.fa-trash");
        bin?.setAttribute("aria-label", _t("Clear the signature"));
    }

    get missing() {
        if ((this.signature.name || "").trim().length < 2) {
            return _t("Please write your name.");
        }
        if (this.state.signerType === "agent" && !this.state.relationship) {
            return _t("Please say how you are related to the applicant.");
        }
        if (this.signature.isSignatureEmpty) {
            return _t("Please draw your signature in the box.");
        }
        return this.state.consent ? "" : _t("Please tick that you consent.");
    }

    async submit() {
        this.state.error = this.missing;
        if (this.state.error || this.state.isSending) {
            return;
        }
        this.state.isSending = true;
        try {
            const answer = await rpc(`/page11/sign/${this.props.token}/submit`, {
                name: this.signature.name,
                signature: this.signature.getSignatureImage().split(",")[1],
                signer_type: this.state.signerType,
                relationship: this.state.signerType === "agent" && this.state.relationship,
                consent: this.state.consent,
            });
            if (answer.force_refresh) {
                redirect(answer.redirect_url);
                return;
            }
            this.state.error = answer.error;
        } catch {
            this.state.error = _t("No connection. Your signature is still here: please try again.");
        }
        this.state.isSending = false;
    }
}

registry.category("public_components").add("fusion_claims.page11_form", Page11Form);
