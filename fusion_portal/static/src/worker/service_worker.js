/* Keeps what the workspace needs to open without a network: its bundles and the empty page. Data
   and photos never pass through here; they are in the page's own store. */
const CACHE = "fusion_visit_shell";
const SHELL = "/my/visit/shell";
const PAGE = /^\/my\/visit\/\d+$/;
const STATIC = /^\/(web\/assets|web\/static|fusion_portal\/static)\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** The network first, so that a new version and another user's page come at once. */
async function openPage(request) {
    try {
        const answer = await fetch(request);
        if (answer.status < 500) {
            return answer;
        }
        return (await caches.match(SHELL)) || answer;
    } catch (error) {
        const shell = await caches.match(SHELL);
        if (shell) {
            return shell;
        }
        throw error;
    }
}

async function openStatic(request) {
    const kept = await caches.match(request);
    if (kept) {
        return kept;
    }
    const answer = await fetch(request);
    if (answer.ok) {
        const cache = await caches.open(CACHE);
        await cache.put(request, answer.clone());
    }
    return answer;
}

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) {
        return;
    }
    if (request.mode === "navigate" && PAGE.test(url.pathname)) {
        event.respondWith(openPage(request));
    } else if (STATIC.test(url.pathname)) {
        event.respondWith(openStatic(request));
    }
});
