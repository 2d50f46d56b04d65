// One light-box: its moments played in a row, and put in order by dragging or by the arrow keys.
import { wireComparing } from "./parts/compare";
import { sendOrder, wireOrder } from "./parts/order";
import { t } from "./parts/words";
import { attach, type Attached, type Source } from "./player/adapter";

const list = document.querySelector<HTMLOListElement>("[data-box-items]");
const player = document.querySelector<HTMLElement>("[data-row-player]");
const button = document.querySelector<HTMLButtonElement>("[data-play-all]");

function itemsIn(): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[data-item]") ?? [])];
}

function wirePlaying(box: HTMLElement, start: HTMLButtonElement): void {
  const video = box.querySelector<HTMLVideoElement>("[data-row-video]")!;
  const now = box.querySelector<HTMLElement>("[data-row-now]")!;
  let attached: Attached | null = null;
  let playing: HTMLElement | null = null;
  let turn = 0;

  const stop = (): void => {
    playing?.classList.remove("is-playing");
    playing = null;
    video.pause();
  };
  const play = async (item: HTMLElement | undefined): Promise<void> => {
    playing?.classList.remove("is-playing");
    if (!item) return stop();
    const mine = ++turn;
    playing = item;
    item.classList.add("is-playing");
    const { kind, src, start: from, title } = item.dataset;
    const all = itemsIn();
    now.textContent = t("{number} of {count}: {title}", { number: all.indexOf(item) + 1, count: all.length, title: title ?? "" });
    attached?.destroy();
    attached = null;
    if (!kind || !src) return play(after(item));
    const source = { kind, src, type: "", signature: "" } as Source;
    const made = await attach(video, source, Number(from), { onLevels: () => undefined, onFatal: () => void play(after(item)) });
    if (mine !== turn) return made.destroy();
    attached = made;
    await video.play().catch(() => undefined);
  };
  const after = (item: HTMLElement): HTMLElement | undefined => itemsIn()[itemsIn().indexOf(item) + 1];

  // Seen at every frame, so that nothing of what follows the moment is shown.
  const look = (): void => {
    if (playing && !video.paused && video.readyState > 1 && video.currentTime >= Number(playing.dataset["end"])) void play(after(playing));
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  video.addEventListener("ended", () => playing && void play(after(playing)));
  start.hidden = false;
  start.addEventListener("click", () => {
    box.hidden = false;
    void play(itemsIn()[0]);
  });
}

// A place for what has to be said beside the list: the line of the row player, which is read out.
const told = document.querySelector<HTMLElement>("[data-compare-told]");
if (list && told) {
  const momentOf = (button: HTMLElement) => {
    const item = button.closest<HTMLElement>("[data-item]")!;
    const { start, end, kind, src, title } = item.dataset;
    const url = item.querySelector<HTMLAnchorElement>(".box-title a")?.href ?? "";
    return { title: title ?? "", url, start: Number(start), end: Number(end), kind: kind ?? "", src: src ?? "" };
  };
  wireComparing(list, momentOf, (text) => (told.textContent = text));
  list.querySelectorAll<HTMLElement>("[data-compare]").forEach((one) => (one.hidden = false));
}

if (player && button) wirePlaying(player, button);
const orderUrl = list?.dataset["orderUrl"];
if (list && orderUrl) wireOrder(list, (names) => void sendOrder(orderUrl, names));
