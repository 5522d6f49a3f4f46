import { Dialog } from "@web/core/dialog/dialog";

/** A dialog that asks before it is closed with text in it. */
export class HelpdeskFrame extends Dialog {
    static props = { ...Dialog.props, mayClose: Function };

    async dismiss() {
        if (await this.props.mayClose()) {
            return super.dismiss();
        }
    }
}
