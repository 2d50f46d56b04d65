// Leaving the watch page while it plays: the mini-player goes on with it, unless its person switched that off.
import { forget, keep } from "../player/mini";
import type { Player } from "../player/player";
import { recall, remember } from "../player/remembered";

export function wireLeaving(player: Player): () => void {
  forget(); // what played in the corner is what plays here, or was left for this
  let isWanted = false;
  const box = player.root.querySelector<HTMLInputElement>("[data-mini-choice]");
  const isOn = (): boolean => recall("mini") !== "0";
  if (box) {
    box.checked = isOn();
    box.addEventListener("change", () => remember("mini", box.checked ? "1" : "0"));
  }
  addEventListener("pagehide", () => {
    const { video } = player;
    const isPlaying = !video.paused && !video.ended;
    if (!player.isReady || !(isWanted || (isPlaying && isOn()))) return;
    const query = new URLSearchParams();
    const list = new URLSearchParams(location.search).get("list");
    if (list) query.set("list", list);
    keep({
      id: player.data.id, title: player.data.title, poster: video.poster, query: String(query), source: player.playing,
      seconds: video.currentTime, isPlaying,
    });
  });
  // To where one came from, as YouTube's key does, else home.
  return () => {
    isWanted = true;
    const before = document.referrer ? new URL(document.referrer) : null;
    const isOurs = before?.origin === location.origin && !before.pathname.startsWith("/watch/");
    location.assign(isOurs ? before.href : "/");
  };
}
