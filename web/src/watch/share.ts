// A link to the second that is shown.
import type { Player } from "../player/player";
import { formatTimecode } from "../player/time";

export function wireShare(root: HTMLElement, player: Player): () => void {
  const part = <T extends HTMLElement>(selector: string): T => root.querySelector<T>(selector)!;
  const draw = (): void => void (part("[data-share-time]").textContent = formatTimecode(player.now));
  player.video.addEventListener("timeupdate", draw);
  player.video.addEventListener("seeked", draw);
  return () => {
    const seconds = Math.floor(player.now);
    const address = `${location.origin}/watch/${player.data.id}${seconds ? `?t=${seconds}` : ""}`;
    const field = part<HTMLInputElement>("[data-share-link]");
    part("[data-share-line]").hidden = false;
    field.value = address;
    field.select();
    const say = (text: string): void => void (part("[data-share-say]").textContent = text);
    const copied = navigator.clipboard?.writeText(address) ?? Promise.reject(new Error("no clipboard"));
    copied.then(
      () => say("Copied"),
      () => say("Press Ctrl+C to copy"),
    );
  };
}
