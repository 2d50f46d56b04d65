// The player's controls: draws the player's state and turns clicks into its verbs. The markup is in watch/player.html.
import type { Player } from "./player";
import { wireSeekBar } from "./seek_bar";
import { wireSettings } from "./settings";
import { formatTimecode } from "./time";
import { t } from "../parts/words";

const IDLE_MS = 2600;
const BUSY_AFTER_MS = 250;

export class Controls {
  private idleTimer = 0;
  private busyTimer = 0;
  private noteTimer = 0;

  constructor(private readonly player: Player) {
    const { root, video } = player;
    for (const hidden of ["[data-bar]", ".player-big"]) this.part(hidden).hidden = false;
    this.part("[data-do=pip]", true)?.toggleAttribute("hidden", !document.pictureInPictureEnabled);
    this.part("[data-do=fullscreen]").hidden = !document.fullscreenEnabled && !("webkitEnterFullscreen" in video);
    wireSeekBar(player);
    wireSettings(player);
    this.wirePicture();
    this.wireVolume();
    for (const name of ["play", "pause", "ended", "volumechange", "seeked", "playing", "canplay", "loadeddata"]) {
      video.addEventListener(name, () => this.draw());
    }
    for (const name of ["waiting", "seeking", "stalled"]) video.addEventListener(name, () => this.waitVisibly());
    for (const name of ["state", "captions"]) player.addEventListener(name, () => this.draw());
    document.addEventListener("fullscreenchange", () => this.draw());
    for (const name of ["pointermove", "keydown", "focusin"]) root.addEventListener(name, () => this.wake());
    root.addEventListener("pointerleave", () => this.sleepSoon(600));
    this.draw();
  }

  private part(selector: string): HTMLElement;
  private part(selector: string, optional: true): HTMLElement | null;
  private part(selector: string): HTMLElement | null {
    return this.player.root.querySelector<HTMLElement>(selector);
  }

  // Says shortly what a key just did, to the eye and to a screen reader.
  say(text: string): void {
    const note = this.part("[data-note]");
    note.textContent = text;
    note.classList.add("is-shown");
    clearTimeout(this.noteTimer);
    this.noteTimer = setTimeout(() => note.classList.remove("is-shown"), 900);
  }

  wake(): void {
    this.player.root.classList.remove("is-idle");
    this.sleepSoon(IDLE_MS);
  }

  private sleepSoon(milliseconds: number): void {
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => {
      const { root, video } = this.player;
      const isBusy = video.paused || !this.part("[data-settings]").hidden || root.querySelector("[data-bar] :focus-visible");
      root.classList.toggle("is-idle", !isBusy);
    }, milliseconds);
  }

  private waitVisibly(): void {
    clearTimeout(this.busyTimer);
    this.busyTimer = setTimeout(() => {
      const { video, failure } = this.player;
      this.part("[data-busy]").hidden = Boolean(failure) || video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    }, BUSY_AFTER_MS);
  }

  private draw(): void {
    const { root, video, failure, captions, isReady } = this.player;
    const isPlaying = !video.paused && !video.ended;
    root.classList.toggle("is-playing", isPlaying);
    root.classList.toggle("is-loading", !isReady);
    root.classList.toggle("is-failed", Boolean(failure));
    root.classList.toggle("is-full", document.fullscreenElement === root);
    root.classList.toggle("has-begun", video.played.length > 0 || isPlaying);
    this.part("[data-wait]").hidden = isReady || Boolean(failure);
    if (video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || failure) this.part("[data-busy]").hidden = true;
    for (const button of root.querySelectorAll("[data-do=toggle]")) {
      setIcon(button, isPlaying ? "p-pause" : video.ended ? "p-replay" : "p-play");
      button.setAttribute("aria-label", isPlaying ? t("Pause") : video.ended ? t("Play again") : t("Play"));
    }
    const isSilent = video.muted || video.volume === 0;
    const mute = this.part("[data-do=mute]");
    setIcon(mute, isSilent ? "p-muted" : "p-sound");
    mute.setAttribute("aria-label", isSilent ? t("Sound on") : t("Mute"));
    (this.part("[data-volume]") as HTMLInputElement).value = String(video.muted ? 0 : video.volume);
    this.part("[data-volume]").style.setProperty("--part", String(video.muted ? 0 : video.volume));
    this.part("[data-do=captions]").setAttribute("aria-pressed", String(captions.current !== null));
    setIcon(this.part("[data-do=fullscreen]"), document.fullscreenElement ? "p-unfull" : "p-full");
    this.drawFailure(failure);
    this.wake();
  }

  private drawFailure(failure: string): void {
    const box = this.part("[data-error]");
    box.hidden = !failure;
    if (!failure || box.dataset["sentence"] === failure) return;
    box.dataset["sentence"] = failure;
    const sentence = document.createElement("p");
    sentence.textContent = failure;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button-small";
    again.textContent = t("Try again");
    again.addEventListener("click", () => this.player.retry());
    box.replaceChildren(sentence, again);
  }

  private wirePicture(): void {
    const { root, video } = this.player;
    let isTouch = false;
    root.addEventListener("pointerdown", (event) => (isTouch = event.pointerType === "touch"));
    video.addEventListener("click", () => {
      if (this.closeSettings()) return;
      if (isTouch && this.player.isReady && !video.paused) root.classList.toggle("is-idle");
      else this.player.toggle();
    });
    video.addEventListener("dblclick", () => void this.player.toggleFullscreen());
  }

  private closeSettings(): boolean {
    const settings = this.part("[data-settings]");
    if (settings.hidden) return false;
    settings.hidden = true;
    this.part("[data-do=settings]").setAttribute("aria-expanded", "false");
    return true;
  }

  private wireVolume(): void {
    const volume = this.part("[data-volume]") as HTMLInputElement;
    volume.addEventListener("input", () => this.player.setVolume(Number(volume.value)));
  }
}

export function setIcon(button: Element, name: string): void {
  button.querySelector("use")?.setAttribute("href", `#${name}`);
}

export function describeTime(player: Player): string {
  return `${formatTimecode(player.now)} of ${formatTimecode(player.duration)}`;
}
