const CACHE = "fusion_visit_shell";
const SHELL = "/my/visit/shell";
const WORKER = "/my/visit/service-worker.js";

/**
 * Let this tablet open a visit without a network.
 *
 * @returns {Promise<boolean>} whether it can
 */
export async function keepShell() {
    if (!navigator.serviceWorker || !window.caches) {
        return false;
    }
    try {
        await navigator.serviceWorker.register(WORKER, { scope: "/my/visit" });
        const page = await fetch(location.pathname);
        if (!page.ok || page.redirected) {
            return true;
        }
        const cache = await caches.open(CACHE);
        const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")]
            .map((node) => node.href || node.src)
            .filter((address) => new URL(address).origin === location.origin);
        // What an earlier version left behind goes; this version's files are there at once.
        for (const request of await cache.keys()) {
            if (!files.includes(request.url)) {
                await cache.delete(request);
            }
        }
        await cache.addAll(files);
        await cache.put(SHELL, page);
        return true;
    } catch {
        return Boolean(await caches.match(SHELL).catch(() => null));
    }
}
