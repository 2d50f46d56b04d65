// The seek bar: played, buffered, chapters, and a thumbnail of the second that is pointed at.
import type { Player } from "./player";
import { Scrub } from "./scrub";
import { formatTimecode, spokenTime } from "./time";
import { t } from "../parts/words";

const PREVIEW_WIDTH = 180;

export function wireSeekBar(player: Player): void {
  const find = <T extends HTMLElement>(selector: string): T => player.root.querySelector<T>(selector)!;
  const range = find<HTMLInputElement>("[data-range]");
  let isDragging = false;

  const draw = (): void => {
    const { now, duration, video } = player;
    if (!isDragging) range.value = String(now);
    range.max = String(duration);
    range.setAttribute("aria-valuetext", t("{part} of {name}", { part: spokenTime(now), name: spokenTime(duration) }));
    find("[data-now]").textContent = formatTimecode(now);
    find("[data-length]").textContent = formatTimecode(duration);
    find("[data-played]").style.width = `${(100 * now) / (duration || 1)}%`;
    find("[data-buffered]").style.width = `${(100 * bufferedUntil(video)) / (duration || 1)}%`;
    find("[data-chapter-now]").textContent = player.chapterAt(now)?.title ?? "";
  };
  for (const name of ["timeupdate", "seeking", "seeked", "progress", "durationchange", "loadedmetadata"]) {
    player.video.addEventListener(name, draw);
  }
  player.addEventListener("time", draw);
  range.addEventListener("input", () => {
    isDragging = true;
    player.seek(Number(range.value));
  });
  range.addEventListener("change", () => (isDragging = false));
  drawChapters(player, find("[data-chapter-marks]"));
  wirePreview(player, find("[data-seek-area]"), find("[data-preview]"));
  draw();
}

function bufferedUntil(video: HTMLVideoElement): number {
  for (let place = 0; place < video.buffered.length; place++) {
    if (video.buffered.start(place) <= video.currentTime + 0.2 && video.buffered.end(place) > video.currentTime) {
      return video.buffered.end(place);
    }
  }
  return 0;
}

function drawChapters(player: Player, area: HTMLElement): void {
  const length = player.data.durationSeconds || 1;
  for (const chapter of player.data.chapters) {
    if (chapter.start <= 0 || chapter.start >= length) continue;
    const mark = document.createElement("span");
    mark.style.left = `${(100 * chapter.start) / length}%`;
    area.append(mark);
  }
}

function wirePreview(player: Player, area: HTMLElement, preview: HTMLElement): void {
  const scrub = new Scrub(player.data.scrub);
  const picture = preview.querySelector<HTMLElement>("[data-preview-picture]")!;
  const show = (event: PointerEvent): void => {
    if (event.pointerType === "touch" && event.type === "pointermove" && !event.buttons) return;
    void scrub.load().then((hasCome) => hasCome && !preview.hidden && show(event));
    const box = area.getBoundingClientRect();
    const seconds = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * player.duration;
    preview.hidden = false;
    picture.hidden = !scrub.paint(picture, seconds, PREVIEW_WIDTH);
    preview.querySelector("[data-preview-time]")!.textContent = formatTimecode(seconds);
    preview.querySelector("[data-preview-chapter]")!.textContent = player.chapterAt(seconds)?.title ?? "";
    const half = preview.offsetWidth / 2;
    const middle = Math.min(box.width - half, Math.max(half, event.clientX - box.left));
    preview.style.left = `${middle}px`;
  };
  area.addEventListener("pointerenter", show);
  area.addEventListener("pointermove", show);
  for (const name of ["pointerleave", "pointerup", "pointercancel"]) {
    area.addEventListener(name, () => (preview.hidden = true));
  }
}
