// Plays a moment [start, end) alone, as a shared link asked for, and says so. Going elsewhere by hand lets go of it.
import type { Player } from "./player";
import { formatTimecode } from "./time";
import { t } from "../parts/words";

export function wireMoment(player: Player): void {
  const { startSeconds: start, endSeconds: end } = player.data;
  const bar = document.querySelector<HTMLElement>("[data-moment]");
  if (end === null || !bar) return;
  const { video } = player;
  const length = player.data.durationSeconds || 1;
  let isHeld = true;
  let isOurs = false; // the seek that is on its way is this file's own

  const mark = player.root.querySelector<HTMLElement>("[data-moment-mark]")!;
  mark.style.left = `${(100 * start) / length}%`;
  mark.style.width = `${(100 * (end - start)) / length}%`;

  const say = bar.querySelector<HTMLElement>("[data-moment-say]")!;
  const again = bar.querySelector<HTMLButtonElement>("[data-moment-again]")!;
  const whole = bar.querySelector<HTMLButtonElement>("[data-moment-whole]")!;
  const draw = (): void => {
    const range = `${formatTimecode(start)}–${formatTimecode(end)}`;
    say.textContent = isHeld ? `Shared moment: only ${range} plays` : `Shared moment: ${range}`;
    again.textContent = isHeld ? t("Play again") : t("Play the moment");
    whole.hidden = mark.hidden = !isHeld;
  };
  const go = (seconds: number): void => {
    isOurs = true;
    player.seek(seconds);
  };
  const letGo = (): void => {
    isHeld = false;
    draw();
  };
  const watch = (): void => {
    if (!isHeld || video.paused) return;
    if (video.currentTime >= end - 0.01) {
      video.pause();
      go(Math.max(start, end - 0.5 / player.data.frameRate));
      bar.classList.add("is-over");
      return;
    }
    requestAnimationFrame(watch);
  };
  video.addEventListener("play", () => {
    // Pressing play at the end plays the moment again.
    if (isHeld && video.currentTime >= end - 1 / player.data.frameRate) go(start);
    bar.classList.remove("is-over");
    requestAnimationFrame(watch);
  });
  video.addEventListener("timeupdate", watch); // a hidden page draws no frames
  video.addEventListener("seeking", () => {
    const isInside = video.currentTime >= start - 0.1 && video.currentTime <= end;
    if (isHeld && !isOurs && !isInside && player.isReady) letGo();
  });
  video.addEventListener("seeked", () => (isOurs = false));
  again.addEventListener("click", () => {
    isHeld = true;
    go(start);
    player.play();
    draw();
  });
  whole.addEventListener("click", () => {
    letGo();
    player.play();
  });
  bar.hidden = false;
  draw();
}
