// Speed, quality and subtitles: ordinary menus, so that every device shows its own.
import { t } from "../parts/words";
import type { Player } from "./player";

export function wireSettings(player: Player): void {
  const find = <T extends HTMLElement>(selector: string): T => player.root.querySelector<T>(selector)!;
  const speed = find<HTMLSelectElement>("[data-speed]");
  const quality = find<HTMLSelectElement>("[data-quality]");
  const subtitles = find<HTMLSelectElement>("[data-subtitles]");
  let chosenHeight: number | null = null;

  const drawQuality = (): void => {
    const heights = player.heights();
    find("[data-quality-line]").hidden = heights.length < 2;
    if (chosenHeight !== null && !heights.includes(chosenHeight)) chosenHeight = null;
    const playing = player.playingHeight();
    const auto = new Option(chosenHeight === null && playing ? t("Auto ({height}p)", { height: playing }) : t("Auto"), "auto");
    quality.replaceChildren(auto, ...heights.map((height) => new Option(`${height}p`, String(height))));
    quality.value = chosenHeight === null ? "auto" : String(chosenHeight);
  };
  player.addEventListener("levels", drawQuality);
  player.addEventListener("state", () => (speed.value = String(player.video.playbackRate)));
  player.addEventListener("captions", () => (subtitles.value = String(player.captions.current ?? "")));
  subtitles.value = String(player.captions.current ?? "");
  speed.addEventListener("change", () => player.setSpeed(Number(speed.value)));
  quality.addEventListener("change", () => {
    chosenHeight = quality.value === "auto" ? null : Number(quality.value);
    player.chooseHeight(chosenHeight);
    drawQuality();
  });
  subtitles.addEventListener("change", () => player.captions.choose(subtitles.value ? Number(subtitles.value) : null));
  wireOpening(player, find("[data-settings]"), find("[data-do=settings]"));
}

function wireOpening(player: Player, panel: HTMLElement, button: HTMLElement): void {
  const show = (isOpen: boolean): void => {
    panel.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) panel.querySelector("select")?.focus();
  };
  button.addEventListener("click", () => show(panel.hidden));
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    show(false);
    button.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    const target = event.target as Node;
    if (!panel.hidden && !panel.contains(target) && !button.contains(target) && target !== player.video) show(false);
  });
}
