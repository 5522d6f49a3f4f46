/** [frequency in Hz, start in s, length in s]: rising for in, falling for out, low twice for no. */
const TUNES = {
    clock_in: [
        [660, 0, 0.12],
        [990, 0.13, 0.18],
    ],
    clock_out: [
        [880, 0, 0.12],
        [587, 0.13, 0.18],
    ],
    count: [[440, 0, 0.08]],
    error: [
        [196, 0, 0.16],
        [196, 0.22, 0.26],
    ],
};
const STORAGE_KEY = "fclk_sounds";
const VOLUME = 0.25;

export class Sounds {
    get isOn() {
        return localStorage.getItem(STORAGE_KEY) !== "off";
    }

    toggle() {
        localStorage.setItem(STORAGE_KEY, this.isOn ? "off" : "on");
        return this.isOn;
    }

    /** Browsers give sound only after a touch: called from the first one. */
    unlock() {
        this.context ||= new AudioContext();
        return this.context.resume();
    }

    play(name) {
        if (!this.isOn || this.context?.state !== "running") {
            return;
        }
        for (const [frequency, start, length] of TUNES[name]) {
            const begin = this.context.currentTime + start;
            const gain = this.context.createGain();
            gain.gain.setValueAtTime(VOLUME, begin);
            gain.gain.exponentialRampToValueAtTime(0.001, begin + length);
            gain.connect(this.context.destination);
            const tone = this.context.createOscillator();
            tone.frequency.value = frequency;
            tone.connect(gain);
            tone.start(begin);
            tone.stop(begin + length);
        }
    }
}
