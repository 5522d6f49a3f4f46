const LONGEST_SIDE = 1920;
const QUALITY = 0.85;

/**
 * @param {File} file of the camera
 * @returns {Promise<Blob>} a JPEG of at most 1920 dots a side; the file itself where the browser
 *     cannot read it, for the server to judge
 */
export async function shrink(file) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        return file;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return blob || file;
}
