import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { formatClock } from "./local_format";

/** Tap photos beside profile photos, for spot checks. */
export class PhotoWall extends Component {
    static template = "fusion_clock.PhotoWall";
    static props = { photos: Array };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ reviews: {} }); // attendance id -> what was just decided
        this.formatClock = formatClock;
    }

    reviewOf(photo) {
        return this.state.reviews[photo.attendance_id] || photo.review;
    }

    async review(photo, verdict) {
        const value = this.reviewOf(photo) === verdict ? "none" : verdict;
        await this.orm.write("hr.attendance", [photo.attendance_id], {
            x_fclk_photo_review: value,
        });
        this.state.reviews[photo.attendance_id] = value;
    }
}
