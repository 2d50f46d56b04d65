// The player alone, in somebody else's page.
import { playerClicks } from "./player/clicks";
import { Controls } from "./player/controls";
import { readPlayerData } from "./player/data";
import { wireKeyboard } from "./player/keyboard";
import { wireMoment } from "./player/moment";
import { Player } from "./player/player";

function main(): void {
  const root = document.querySelector<HTMLElement>("[data-player]");
  if (!root) return;
  const data = readPlayerData();
  const player = new Player(root, data);
  const controls = new Controls(player);
  const nothing = (): void => undefined;
  const clicks = playerClicks(player);
  root.addEventListener("click", (event) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>("[data-do]")?.dataset["do"];
    if (name) clicks[name]?.();
  });
  wireKeyboard(player, controls, { theatre: nothing, mini: () => void player.togglePictureInPicture(), mark: () => "", next: nothing, previous: nothing, lookAlikes: nothing, searchInside: nothing, help: nothing });
  wireMoment(player);
  // Going on to the site takes the second along.
  const out = document.querySelector<HTMLAnchorElement>("[data-embed-out]");
  out?.addEventListener("click", () => {
    player.video.pause();
    if (player.now > 1) out.href = `/watch/${data.id}?t=${Math.floor(player.now)}`;
  });
  if (data.source.kind) void player.use(data.source, data.startSeconds);
}

main();
