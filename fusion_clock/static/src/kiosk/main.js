import { NfcKiosk } from "./kiosk";
import { PinKiosk } from "./pin_kiosk";

const root = document.querySelector(".o_fusion_clock_kiosk");
const Kiosk = root.dataset.kiosk === "pin" ? PinKiosk : NfcKiosk;
new Kiosk(root).start();
