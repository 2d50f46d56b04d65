// Tells the server where a signed-in person is, so that they can go on later.
import type { Player } from "./player";

const EVERY_MS = 10_000;

export function wireProgress(player: Player): void {
  const form = document.querySelector<HTMLFormElement>("#progress-form");
  if (!form) return; // not signed in, or the history is paused
  let sent = -1;
  const send = (): void => {
    const position = Math.round(player.now * 10) / 10;
    if (!player.video.played.length || Math.abs(position - sent) < 1) return;
    sent = position;
    const body = new FormData(form);
    body.set("position", String(position));
    navigator.sendBeacon(form.action, body);
  };
  setInterval(() => player.video.paused || send(), EVERY_MS);
  player.video.addEventListener("pause", send);
  player.video.addEventListener("ended", send);
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
}
