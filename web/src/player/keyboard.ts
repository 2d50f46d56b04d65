// Keyboard shortcuts, as on YouTube. They hold on the whole page, except while somebody types.
import type { Controls } from "./controls";
import type { Player } from "./player";
import { describeTime } from "./controls";
import { t } from "../parts/words";

export interface PageVerbs {
  help(): void;
  theatre(): void;
  mini(): void;
  mark(which: "start" | "end"): string;
  next(): void;
  previous(): void;
  lookAlikes(): void;
  searchInside(): void;
}

type Action = (player: Player, page: PageVerbs) => string | void;

const ACTIONS: Record<string, Action> = {
  k: (player) => player.toggle(),
  " ": (player) => player.toggle(),
  j: (player) => moved(player, -10),
  l: (player) => moved(player, 10),
  ArrowLeft: (player) => moved(player, -5),
  ArrowRight: (player) => moved(player, 5),
  ArrowUp: (player) => loudness(player, 0.05),
  ArrowDown: (player) => loudness(player, -0.05),
  m: (player) => {
    player.toggleMute();
    return player.video.muted ? t("Sound off") : t("Sound on");
  },
  c: (player) => {
    player.captions.toggle();
    return player.data.tracks.length ? (player.captions.current === null ? t("Subtitles off") : t("Subtitles on")) : t("No subtitles");
  },
  f: (player) => void player.toggleFullscreen(),
  i: (_player, page) => page.mini(),
  I: (player) => void player.togglePictureInPicture(),
  "[": (_player, page) => page.mark("start"),
  "]": (_player, page) => page.mark("end"),
  t: (_player, page) => page.theatre(),
  s: (_player, page) => page.lookAlikes(),
  N: (_player, page) => page.next(),
  P: (_player, page) => page.previous(),
  F: (_player, page) => page.searchInside(),
  "?": (_player, page) => page.help(),
  ",": (player) => (player.video.paused ? player.step(-1) : undefined),
  ".": (player) => (player.video.paused ? player.step(1) : undefined),
  "<": (player) => speed(player, -1),
  ">": (player) => speed(player, 1),
  Home: (player) => player.seek(0),
  End: (player) => player.seek(player.duration),
};

function moved(player: Player, seconds: number): string {
  player.seek(player.now + seconds);
  return `${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s, ${describeTime(player)}`;
}

function loudness(player: Player, change: number): string {
  player.setVolume((player.video.muted ? 0 : player.video.volume) + change);
  return `Volume ${Math.round(player.video.volume * 100)} %`;
}

function speed(player: Player, direction: 1 | -1): string {
  player.changeSpeed(direction);
  return `Speed ${player.video.playbackRate}×`;
}

// Keys that a focused control needs for itself: arrows in sliders and tabs, space on buttons, everything in fields.
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select, input:not([type=range])")) return true;
  if (target.closest("dialog[open]")) return true;
  if (target.matches("input[type=range]")) return /^(Arrow|Home|End)/.test(key) && !target.matches("[data-range]");
  if (target.matches("[role=tab]")) return /^(Arrow|Home|End| )/.test(key);
  if (target.closest(".side-body, .watch-about")) return /^(Arrow|Home|End)/.test(key) || (key === " " && target.matches("a, button"));
  return key === " " && target.matches("button, a, summary");
}

export function wireKeyboard(player: Player, controls: Controls, page: PageVerbs): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTaken(event.target, event.key)) return;
    const digit = /^[0-9]$/.test(event.key);
    const action = ACTIONS[event.key] ?? (event.shiftKey ? undefined : ACTIONS[event.key.toLowerCase()]);
    if (!action && !digit) return;
    if (event.shiftKey && /^[a-z]$/i.test(event.key) && !/^[FINP]$/.test(event.key)) return;
    event.preventDefault();
    if (!player.isReady && event.key !== "?") return;
    const said = digit ? jumped(player, Number(event.key) / 10) : action!(player, page);
    if (said) controls.say(said);
    controls.wake();
  });
}

function jumped(player: Player, fraction: number): string {
  player.seek(player.duration * fraction);
  return describeTime(player);
}
