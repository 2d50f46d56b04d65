// The watch page.
import type { Source } from "./player/adapter";
import { playerClicks } from "./player/clicks";
import { Controls } from "./player/controls";
import { readPlayerData, type PlayerData } from "./player/data";
import { wireKeyboard } from "./player/keyboard";
import { wireCaptionStyle } from "./player/caption_style";
import { wireMoment } from "./player/moment";
import { Player } from "./player/player";
import { wireProgress } from "./player/progress";
import { recall, remember } from "./player/remembered";
import { wireReplays, wireWatched } from "./player/replays";
import { formatTimecode, parseTimecode } from "./player/time";
import { wireLeaving } from "./watch/leave";
import { isToPlayNow, Next } from "./watch/next";
import { wireShare } from "./watch/share";
import { Side } from "./watch/side";

function startOf(data: PlayerData): { seconds: number; isAsked: boolean } {
  const hash = /[#&]t=([^&]+)/.exec(location.hash)?.[1];
  const fromHash = hash ? parseTimecode(decodeURIComponent(hash)) : null;
  if (fromHash !== null) return { seconds: fromHash, isAsked: true };
  if (data.isStartAsked) return { seconds: data.startSeconds, isAsked: true };
  return { seconds: data.resumeSeconds ?? 0, isAsked: false };
}

function wireTheatre(root: HTMLElement): () => void {
  const draw = (isOn: boolean): void => {
    root.classList.toggle("is-theatre", isOn);
    for (const button of root.querySelectorAll("[data-do=theatre]")) button.setAttribute("aria-pressed", String(isOn));
  };
  draw(recall("theatre") === "1");
  return () => {
    const isOn = !root.classList.contains("is-theatre");
    draw(isOn);
    remember("theatre", isOn ? "1" : "0");
  };
}

// Takes up what the server's stage bars say: first something to play, later the whole ladder, at the same second.
function wireStatus(player: Player, side: Side, startSeconds: number, playNow: boolean): void {
  const take = (): void => {
    const status = document.querySelector<HTMLElement>("#watch-status");
    if (!status) return;
    const { kind, src, type, signature } = status.dataset as Record<string, string>;
    if (!kind || signature === player.signature) return;
    const source = { kind, src, type, signature } as Source;
    const isSettled = !("busy" in status.dataset) || player.video.paused || Boolean(player.failure);
    if (!player.isReady) void player.use(source, startSeconds, { playNow });
    else if (isSettled) void player.use(source);
    else return;
    void side.reload();
  };
  document.body.addEventListener("htmx:afterSettle", take);
  take();
}

function wireSeekLinks(player: Player): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest<HTMLElement>("a[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    player.seek(Number(link.dataset["seek"]));
    player.play();
    if (player.root.getBoundingClientRect().bottom < 120) player.root.scrollIntoView({ block: "start" });
  });
}

function main(): void {
  const root = document.querySelector<HTMLElement>("[data-watch]")!;
  const data = readPlayerData();
  const player = new Player(root.querySelector<HTMLElement>("[data-player]")!, data);
  const controls = new Controls(player);
  const side = new Side(root.querySelector<HTMLElement>(".watch-side")!, player);
  const keys = document.querySelector<HTMLDialogElement>("#keys-dialog")!;
  const next = new Next(player, document.querySelector<HTMLElement>("#watch-next")!);
  const share = wireShare(player);
  const verbs = {
    mini: wireLeaving(player),
    mark: (which: "start" | "end") => share.mark(which),
    theatre: wireTheatre(root),
    lookAlikes: () => side.showLookAlikes(),
    searchInside: () => side.focusSearch(),
    next: () => next.go(),
    previous: () => next.goBack(),
    help: () => (keys.open ? keys.close() : keys.showModal()),
  };
  const clicks: Record<string, () => void> = {
    ...playerClicks(player),
    theatre: verbs.theatre,
    help: verbs.help,
    share: () => share.open(),
    "look-alikes": verbs.lookAlikes,
  };
  root.addEventListener("click", (event) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>("[data-do]")?.dataset["do"];
    if (name) clicks[name]?.();
  });
  wireKeyboard(player, controls, verbs);
  wireProgress(player);
  wireMoment(player);
  wireCaptionStyle(player);
  wireReplays(player);
  wireWatched(player.video, data.id);
  wireSeekLinks(player);

  const start = startOf(data);
  addEventListener("hashchange", () => player.seek(startOf(data).seconds));
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  wireStatus(player, side, start.seconds, isToPlayNow() || (start.isAsked && !isCalm));
  if (start.seconds && !start.isAsked) controls.say(`Going on at ${formatTimecode(start.seconds)}`);
}

main();
