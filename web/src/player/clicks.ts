import type { Player } from "./player";

/** What the player's own buttons do, on the watch page and in somebody else's: by the name in their `data-do`. */
export function playerClicks(player: Player): Record<string, () => void> {
  return {
    toggle: () => player.toggle(),
    mute: () => player.toggleMute(),
    captions: () => player.captions.toggle(),
    pip: () => void player.togglePictureInPicture(),
    fullscreen: () => void player.toggleFullscreen(),
  };
}
