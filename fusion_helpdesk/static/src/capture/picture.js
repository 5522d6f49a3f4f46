/* global luxon */
import { browser } from "@web/core/browser/browser";

/** @returns {boolean} whether this browser can take a picture of its tab */
export function canCapture() {
    return !!browser.navigator.mediaDevices?.getDisplayMedia;
}

/** Ask for the tab, keep one frame. @returns {Promise<HTMLCanvasElement>} */
export async function captureTab() {
    const stream = await browser.navigator.mediaDevices.getDisplayMedia({
        video: true,
        audio: false,
        preferCurrentTab: true,
    });
    try {
        const video = Object.assign(document.createElement("video"), {
            srcObject: stream,
            muted: true,
        });
        await video.play();
        await new Promise((resolve) => setTimeout(resolve, 200)); // the browser's own question fades
        return drawOn(video, video.videoWidth, video.videoHeight);
    } finally {
        stream.getTracks().forEach((track) => track.stop());
    }
}

/** @returns {Promise<HTMLCanvasElement>} a picture file's pixels */
export async function loadPicture({ mimetype, data }) {
    const image = new Image();
    image.src = `data:${mimetype};base64,${data}`;
    await image.decode();
    return drawOn(image, image.naturalWidth, image.naturalHeight);
}

function drawOn(source, width, height) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").drawImage(source, 0, 0);
    return canvas;
}

/** @returns {string} screenshot-YYYYMMDD-HHMMSS.png */
export function getScreenshotName() {
    return `screenshot-${luxon.DateTime.now().toFormat("yyyyMMdd-HHmmss")}.png`;
}

/**
 * Draw a picture and the strokes on it. Blurred places are coarse blocks in the pixels themselves:
 * nothing of what was there leaves the browser.
 *
 * @param {HTMLCanvasElement} target
 * @param {HTMLCanvasElement} source
 * @param {{tool: string, points: number[][]}[]} strokes
 */
export function render(target, source, strokes) {
    Object.assign(target, { width: source.width, height: source.height });
    const context = target.getContext("2d");
    context.drawImage(source, 0, 0);
    for (const stroke of strokes.filter((item) => item.tool === "blur")) {
        blur(context, source, getBox(stroke.points));
    }
    Object.assign(context, {
        strokeStyle: "#e5372b",
        lineWidth: Math.max(3, source.width / 400),
        lineCap: "round",
        lineJoin: "round",
    });
    for (const stroke of strokes.filter((item) => item.tool !== "blur")) {
        context.beginPath();
        DRAW[stroke.tool](context, stroke.points);
        context.stroke();
    }
}

/** @returns {{x, y, width, height}} whole pixels around the first and the last point */
export function getBox(points) {
    const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
    const [x, y] = [Math.floor(Math.min(x1, x2)), Math.floor(Math.min(y1, y2))];
    return {
        x,
        y,
        width: Math.max(1, Math.ceil(Math.max(x1, x2)) - x),
        height: Math.max(1, Math.ceil(Math.max(y1, y2)) - y),
    };
}

/** The average of a few large blocks: text cannot be guessed back from them. */
function blur(context, source, { x, y, width, height }) {
    const small = document.createElement("canvas");
    small.width = Math.max(1, Math.min(6, Math.round(width / 40)));
    small.height = Math.max(1, Math.min(4, Math.round(height / 40)));
    const shrunk = small.getContext("2d");
    shrunk.imageSmoothingQuality = "high";
    shrunk.drawImage(source, x, y, width, height, 0, 0, small.width, small.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, small.width, small.height, x, y, width, height);
}

const DRAW = {
    pen(context, points) {
        context.moveTo(...points[0]);
        points.forEach((point) => context.lineTo(...point));
    },
    box(context, points) {
        const { x, y, width, height } = getBox(points);
        context.rect(x, y, width, height);
    },
    arrow(context, points) {
        const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
        const angle = Math.atan2(y2 - y1, x2 - x1);
        const head = Math.max(14, context.lineWidth * 5);
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
        for (const side of [angle + 2.6, angle - 2.6]) {
            context.moveTo(x2, y2);
            context.lineTo(x2 + head * Math.cos(side), y2 + head * Math.sin(side));
        }
    },
};
