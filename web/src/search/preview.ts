// Plays a moment in its own cover, without sound, while it is pointed at or focused; stops when left.
import { attach, type Attached, type Source } from "../player/adapter";

const DELAY_MS = 250;
const FOCUS_DELAY_MS = 600;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const saving = (): boolean => Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData);

interface Playing {
  moment: HTMLElement;
  video: HTMLVideoElement;
  attached: Attached | null;
}

let timer = 0;
let playing: Playing | null = null;

export function stopPreview(): void {
  clearTimeout(timer);
  playing?.attached?.destroy();
  playing?.video.remove();
  playing?.moment.classList.remove("is-previewing");
  playing = null;
}

export function isPreviewing(moment: HTMLElement): boolean {
  return playing?.moment === moment;
}

export async function playPreview(moment: HTMLElement): Promise<void> {
  stopPreview();
  const { start: startText, end: endText, kind, src } = moment.dataset;
  if (!kind || !src) return;
  const start = Number(startText);
  // A moment of one instant would be a still; play a little of what follows.
  const end = Math.max(Number(endText), start + 1.5);
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, disablePictureInPicture: true, tabIndex: -1 });
  video.setAttribute("aria-hidden", "true");
  const current: Playing = { moment, video, attached: null };
  playing = current;
  video.addEventListener("timeupdate", () => {
    if (video.currentTime >= end || video.currentTime < start - 0.5) video.currentTime = start;
  });
  video.addEventListener("ended", () => {
    video.currentTime = start;
    void video.play().catch(() => undefined);
  });
  video.addEventListener("playing", () => moment.classList.add("is-previewing"));
  moment.querySelector(".moment-picture")?.append(video);
  const source = { kind, src, type: "", signature: "" } as Source;
  const attached = await attach(video, source, start, { onLevels: () => undefined, onFatal: stopPreview });
  if (playing !== current) return attached.destroy();
  current.attached = attached;
  await video.play().catch(() => undefined); // interrupted by leaving
}

function later(moment: HTMLElement, milliseconds: number): void {
  if (calm.matches || saving() || isPreviewing(moment)) return;
  clearTimeout(timer);
  timer = setTimeout(() => void playPreview(moment), milliseconds);
}

// Listens on a container, so that what arrives in it later plays too.
export function wirePreviews(container: HTMLElement): void {
  if (container.dataset["previews"]) return;
  container.dataset["previews"] = "yes";
  const momentOf = (target: EventTarget | null): HTMLElement | null =>
    target instanceof Element ? target.closest<HTMLElement>("[data-moment]") : null;
  container.addEventListener("pointerover", (event) => {
    const moment = momentOf(event.target);
    if (moment && event.pointerType !== "touch") later(moment, DELAY_MS);
  });
  container.addEventListener("pointerout", (event) => {
    const moment = momentOf(event.target);
    if (moment && !moment.contains(event.relatedTarget as Node | null)) stopPreview();
  });
  container.addEventListener("focusin", (event) => {
    const moment = momentOf(event.target);
    if (moment?.matches(":focus-visible")) later(moment, FOCUS_DELAY_MS);
  });
  container.addEventListener("focusout", (event) => momentOf(event.target) && stopPreview());
  document.addEventListener("visibilitychange", () => document.hidden && stopPreview());
}
