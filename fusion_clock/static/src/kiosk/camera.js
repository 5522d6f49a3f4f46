const WIDTH_PX = 640;
const QUALITY = 0.7; // about 30 to 60 KB a picture

/** The front camera, streaming into a hidden video so that a tap only has to grab a frame. */
export class Camera {
    constructor() {
        this.video = document.createElement("video");
        this.video.muted = true;
        this.video.playsInline = true;
        this.stream = null; // once it runs, also shown by the profile photo's guide
    }

    /** @returns {Promise<boolean>} whether pictures can be taken now */
    async start() {
        try {
            const stream = await navigator.mediaDevices.getUserMedia({
                video: { facingMode: "user", width: { ideal: WIDTH_PX } },
                audio: false,
            });
            stream.getVideoTracks()[0].addEventListener("ended", () => this.start());
            this.stream = stream;
            this.video.srcObject = stream;
            await this.video.play();
        } catch {
            // Refused or absent: the server decides whether a tap may go without a photo.
            return false;
        }
        return true;
    }

    /** @returns {string|null} one frame as base64 JPEG */
    grab() {
        const { videoWidth, videoHeight } = this.video;
        if (!videoWidth) {
            return null;
        }
        const canvas = document.createElement("canvas");
        canvas.width = Math.min(WIDTH_PX, videoWidth);
        canvas.height = Math.round((videoHeight * canvas.width) / videoWidth);
        canvas.getContext("2d").drawImage(this.video, 0, 0, canvas.width, canvas.height);
        return canvas.toDataURL("image/jpeg", QUALITY).split(",")[1] || null;
    }
}
