import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const DATABASE = "fusion_visit";
const CACHE = "fusion_visit_shell";

/** Signing out leaves nothing of a visit on the tablet. */
export class SignOut extends Interaction {
    static selector = "a[href*='/web/session/logout']";
    dynamicContent = { _root: { "t-on-click.prevent": this.onClick } };

    async onClick() {
        if (window.indexedDB?.databases) {
            await this.waitFor(this.wipe());
        } else {
            this.leave();
        }
    }

    async wipe() {
        const known = await indexedDB.databases();
        if (known.some((database) => database.name === DATABASE)) {
            const text = _t("Changes of a visit wait for the connection. Sign out and lose them?");
            if ((await this.count()) && !window.confirm(text)) {
                return;
            }
            await new Promise((resolve) => {
                const request = indexedDB.deleteDatabase(DATABASE);
                request.onsuccess = request.onerror = request.onblocked = resolve;
            });
            await window.caches?.delete(CACHE);
        }
        this.leave();
    }

    async count() {
        const database = await new Promise((resolve, reject) => {
            const request = indexedDB.open(DATABASE);
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        const counts = ["ops", "photos"].map(
            (store) =>
                new Promise((resolve) => {
                    const rows = database.transaction(store).objectStore(store).count();
                    rows.onsuccess = () => resolve(rows.result);
                    rows.onerror = () => resolve(0);
                })
        );
        const total = (await Promise.all(counts)).reduce((sum, number) => sum + number, 0);
        database.close();
        return total;
    }

    leave() {
        window.location.href = this.el.href;
    }
}

registry.category("public.interactions").add("fusion_portal.sign_out", SignOut);
