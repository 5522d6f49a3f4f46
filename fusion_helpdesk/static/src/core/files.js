import { _t } from "@web/core/l10n/translation";

/** @returns {Promise<{name, mimetype, size, data}>} a file as the server takes it, `data` base64 */
export async function readFile(file) {
    const url = await new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(file);
    });
    return {
        name: file.name || "attachment",
        mimetype: file.type || "application/octet-stream",
        size: file.size,
        data: url.slice(url.indexOf(",") + 1),
    };
}

/** @returns {string} why `file` cannot be added to `files`, empty when it can */
export function findFileFault(file, files, limits) {
    const total = files.reduce((sum, item) => sum + item.size, file.size);
    if (files.length >= limits.max_files) {
        return _t("At most %s files go with one message.", limits.max_files);
    }
    if (file.size > limits.max_file_mb << 20) {
        return _t("%(name)s is larger than %(mb)s MB.", {
            name: file.name,
            mb: limits.max_file_mb,
        });
    }
    if (total > limits.max_total_mb << 20) {
        return _t("Together the files are larger than %s MB.", limits.max_total_mb);
    }
    return "";
}

/** @returns {string} bytes for people */
export function formatSize(bytes) {
    if (bytes < 1024) {
        return _t("%s bytes", bytes);
    }
    return bytes < 1 << 20
        ? _t("%s kB", Math.round(bytes / 1024))
        : _t("%s MB", (bytes / (1 << 20)).toFixed(1));
}

/** @returns {File[]} the files of a paste or drop */
export function getFiles(transfer) {
    return [...(transfer?.files || [])];
}
