// A person's own look of subtitles: size, colour, what lies behind them, kept by this browser.
import { recall, remember } from "./remembered";
import type { Player } from "./player";

const SIZES: Record<string, string> = { small: "0.75", normal: "1", large: "1.35", huge: "1.8" };
const COLOURS: Record<string, string> = { white: "#fff", yellow: "#ffe14d", green: "#7dff8a", cyan: "#6fe8ff" };
const BACKGROUNDS: Record<string, string> = {
  dark: "rgb(8 7 10 / 80%)",
  black: "#000",
  light: "rgb(8 7 10 / 35%)",
  none: "transparent",
};

export function wireCaptionStyle(player: Player): void {
  const area = player.root.querySelector<HTMLElement>("[data-captions]")!;
  const wire = (name: string, property: string, choices: Record<string, string>, otherwise: string): void => {
    const select = player.root.querySelector<HTMLSelectElement>(`[data-caption-${name}]`);
    const apply = (value: string): void => {
      area.style.setProperty(property, choices[value] ?? choices[otherwise]!);
      if (name === "back") area.classList.toggle("is-bare", value === "none");
    };
    const kept = recall(`caption-${name}`) ?? "";
    const chosen = kept in choices ? kept : otherwise;
    apply(chosen);
    if (!select) return;
    select.value = chosen;
    select.addEventListener("change", () => {
      apply(select.value);
      remember(`caption-${name}`, select.value);
    });
  };
  wire("size", "--caption-scale", SIZES, "normal");
  wire("colour", "--caption-colour", COLOURS, "white");
  wire("back", "--caption-back", BACKGROUNDS, "dark");
}
