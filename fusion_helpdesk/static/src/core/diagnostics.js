/* global luxon */
import { session } from "@web/session";

const SECRET = /token|key|password|secret|sig|hash|access/i;

/** Hide the values of secret-looking names; the server does so again. */
export function scrubUrl(url) {
    return url.replace(/([?&#])([^=&#?]+)=([^&#]*)/g, (whole, mark, name, value) => {
        const isSecret = SECRET.test(name) || (value.includes("%3D") && SECRET.test(value));
        return isSecret ? `${mark}${name}=***` : whole;
    });
}

/** @returns {Object} where the user is: no form values, no storage, no cookies */
export function collectDiagnostics(env) {
    const controller = env.services.action.currentController;
    const action = controller?.action;
    const { resModel, resId } = controller?.props || {};
    return {
        page: scrubUrl(window.location.href),
        action: action ? [action.name, action.xml_id || action.id].filter(Boolean).join(" / ") : "",
        model: [resModel, resId].filter(Boolean).join(" / "),
        view: controller?.view?.type || action?.tag || "",
        odoo_version: session.server_version || "",
        module_version: session.fusion_helpdesk?.version || "",
        browser: navigator.userAgent,
        screen: `${window.innerWidth} × ${window.innerHeight} @${window.devicePixelRatio}`,
        time: luxon.DateTime.now().toFormat("yyyy-MM-dd HH:mm:ss ZZZZ"),
    };
}
