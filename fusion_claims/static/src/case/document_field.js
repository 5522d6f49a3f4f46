import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { BinaryField, binaryField } from "@web/views/fields/binary/binary_field";

/** A paper of a case: upload, download and preview. */
export class DocumentField extends BinaryField {
    static template = "fusion_claims.DocumentField";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async preview() {
        const { record, name } = this.props;
        const action = await this.orm.call(record.resModel, "action_fc_preview_document", [
            [record.resId],
            name,
        ]);
        await this.action.doAction(action);
    }
}

registry.category("fields").add("fusion_claims_document", {
    ...binaryField,
    component: DocumentField,
});
