import { call } from "./server";

const COUNT = 3;
const STEP_MS = 900;

/** Take an employee's profile photo: an oval to look into, 3-2-1, look at it, keep or retake. */
export class PhotoGuide {
    constructor({ screen, config, camera, sounds }) {
        Object.assign(this, { screen, config, camera, sounds });
    }

    get isCounting() {
        return this.counting;
    }

    open(person) {
        this.person = person;
        this.screen.text("guide_name", person.name);
        this.screen.part("guide_before").src = person.avatar_url;
        this.screen.part("guide_view").srcObject = this.camera.stream;
        this.retake();
    }

    retake() {
        this.photo = null;
        this.screen.text("guide_fault", this.camera.stream ? "" : this.config.texts.no_camera);
        this.screen.text("guide_count");
        this.show(false);
        this.screen.action("guide_shoot").disabled = !this.camera.stream;
        this.screen.show("guide");
        this.screen
            .part("guide_view")
            .play?.()
            .catch(() => {});
    }

    show(hasPhoto) {
        for (const name of ["guide_retake", "guide_save"]) {
            this.screen.action(name).hidden = !hasPhoto;
        }
        this.screen.action("guide_shoot").hidden = hasPhoto;
        this.screen.toggle("guide_live", !hasPhoto);
        this.screen.toggle("guide_result", hasPhoto);
    }

    async shoot() {
        if (this.counting) {
            return;
        }
        this.counting = true;
        for (let left = COUNT; left; left--) {
            this.screen.text("guide_count", String(left));
            this.sounds.play("count");
            await new Promise((resolve) => setTimeout(resolve, STEP_MS));
        }
        this.counting = false;
        this.screen.text("guide_count");
        if (this.screen.state !== "guide") {
            return; // left meanwhile
        }
        this.photo = this.camera.grab();
        if (!this.photo) {
            this.screen.text("guide_fault", this.config.texts.no_camera);
            return;
        }
        this.screen.part("guide_after").src = `data:image/jpeg;base64,${this.photo}`;
        this.show(true);
    }

    /** @returns {Promise<string>} "" when kept, else the error's code */
    async save() {
        const answer = await call(this.config.routes.profile_photo, {
            employee_id: this.person.id,
            photo_b64: this.photo,
        });
        if (answer.error) {
            this.screen.text("guide_fault", answer.message);
            this.sounds.play("error");
            return answer.error;
        }
        this.sounds.play("clock_in");
        return "";
    }
}
