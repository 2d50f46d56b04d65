// Two moments side by side, played together in step: picked one after the other, each from its own start.
import { attach, type Attached, type Source } from "../player/adapter";
import { t } from "./words";

export interface Compared {
  title: string;
  url: string;
  start: number;
  end: number;
  kind: string;
  src: string;
}

interface Side {
  video: HTMLVideoElement;
  attached: Attached | null;
  moment: Compared;
}

const MAX_DRIFT = 0.08; // seconds; twice a frame
const FRAME = 1 / 25;

function timecode(seconds: number): string {
  const whole = Math.floor(seconds);
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  return whole < 3600 ? `${minutes}:${rest}` : `${Math.floor(whole / 3600)}:${String(minutes).padStart(2, "0")}:${rest}`;
}

// A moment of one instant would be a still; a little of what follows is played.
const lengthOf = (moment: Compared): number => Math.max(moment.end - moment.start, 1.5);

export class Comparison {
  private readonly dialog = document.querySelector<HTMLDialogElement>("#compare")!;
  private readonly button = this.dialog.querySelector<HTMLButtonElement>("[data-compare-play]")!;
  private readonly slider = this.dialog.querySelector<HTMLInputElement>("[data-compare-at]")!;
  private readonly speed = this.dialog.querySelector<HTMLSelectElement>("[data-compare-speed]")!;
  private readonly now = this.dialog.querySelector<HTMLElement>("[data-compare-now]")!;
  private sides: Side[] = [];
  private length = 0;
  private at = 0; // seconds since each moment's start
  private seen = 0;
  private isPlaying = false;

  constructor() {
    this.dialog.addEventListener("close", () => this.end());
    this.button.addEventListener("click", () => this.play(!this.isPlaying));
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.speed.addEventListener("change", () => this.sides.forEach(({ video }) => (video.playbackRate = Number(this.speed.value))));
    for (const step of this.dialog.querySelectorAll<HTMLElement>("[data-compare-step]"))
      step.addEventListener("click", () => {
        this.play(false);
        this.seek(this.at + Number(step.dataset["compareStep"]) * FRAME);
      });
    for (const sound of this.dialog.querySelectorAll<HTMLInputElement>("input[name=compare-sound]"))
      sound.addEventListener("change", () => this.listen(sound.value));
  }

  async open(moments: [Compared, Compared]): Promise<void> {
    const videos = [...this.dialog.querySelectorAll<HTMLVideoElement>("video")];
    this.length = Math.max(...moments.map(lengthOf));
    this.slider.max = this.length.toFixed(3);
    this.at = 0;
    this.sides = moments.map((moment, place) => ({ video: videos[place]!, attached: null, moment }));
    this.listen("none");
    this.dialog.showModal();
    for (const [place, { moment, video }] of this.sides.entries()) {
      const link = this.dialog.querySelectorAll<HTMLAnchorElement>("[data-compare-title]")[place]!;
      link.textContent = `${moment.title}, ${timecode(moment.start)}–${timecode(moment.end)}`;
      link.href = moment.url;
      video.setAttribute("aria-label", link.textContent);
    }
    const opened = this.sides;
    await Promise.all(opened.map((side) => this.load(side)));
    if (this.sides !== opened) return;
    this.play(true);
    requestAnimationFrame((time) => this.look(time, opened));
  }

  private async load(side: Side): Promise<void> {
    const source = { kind: side.moment.kind, src: side.moment.src, type: "", signature: "" } as Source;
    const made = await attach(side.video, source, side.moment.start, {
      onLevels: () => undefined,
      onFatal: (sentence) => (this.now.textContent = sentence),
    });
    if (!this.dialog.open) return made.destroy();
    side.attached = made;
    side.video.playbackRate = Number(this.speed.value);
  }

  // One clock for both: the time of the page, which waits while either picture is not there yet.
  private look(time: number, opened: Side[]): void {
    if (this.sides !== opened) return;
    const isReady = opened.every(({ video }) => video.readyState >= 3 && !video.seeking);
    if (this.isPlaying && isReady && this.seen) this.at += (Math.min(time - this.seen, 250) / 1000) * Number(this.speed.value);
    this.seen = time;
    if (this.at >= this.length) this.seek(0);
    for (const side of opened) this.follow(side, isReady);
    this.slider.value = this.at.toFixed(3);
    this.slider.setAttribute("aria-valuetext", t("{part} of {name} seconds", { part: this.at.toFixed(1), name: this.length.toFixed(1) }));
    requestAnimationFrame((next) => this.look(next, opened));
  }

  private follow({ video, moment }: Side, isReady: boolean): void {
    const isOver = this.at >= lengthOf(moment);
    const runs = this.isPlaying && isReady && !isOver;
    if (runs === video.paused) void (runs ? video.play().catch(() => undefined) : video.pause());
    const wanted = moment.start + Math.min(this.at, lengthOf(moment) - 0.04);
    if (!video.seeking && video.readyState > 0 && Math.abs(video.currentTime - wanted) > (runs ? MAX_DRIFT : 0.01))
      video.currentTime = wanted;
  }

  private seek(at: number): void {
    this.at = Math.max(0, Math.min(this.length - 0.001, at));
    for (const { video, moment } of this.sides)
      video.currentTime = moment.start + Math.min(this.at, lengthOf(moment) - 0.04);
  }

  private play(isPlaying: boolean): void {
    this.isPlaying = isPlaying;
    this.button.textContent = (isPlaying ? this.button.dataset["pause"] : this.button.dataset["play"]) ?? "";
  }

  private listen(which: string): void {
    this.sides.forEach(({ video }, place) => (video.muted = which !== String(place)));
    const chosen = this.dialog.querySelector<HTMLInputElement>(`input[name=compare-sound][value="${which}"]`);
    if (chosen) chosen.checked = true;
  }

  private end(): void {
    for (const { video, attached } of this.sides) {
      video.pause();
      attached?.destroy();
      video.removeAttribute("src");
      video.load();
    }
    this.sides = [];
    this.isPlaying = false;
    this.seen = 0;
    this.now.textContent = "";
  }
}

// Picks moments by their [data-compare] buttons: the second one opens both. `momentOf` reads what a button stands for.
export function wireComparing(
  container: HTMLElement,
  momentOf: (button: HTMLElement) => Compared | null,
  say: (text: string) => void,
): (button: HTMLElement) => void {
  let first: { button: HTMLElement; moment: Compared } | null = null;
  let comparison: Comparison | null = null;
  const forget = (): void => {
    first?.button.setAttribute("aria-pressed", "false");
    first = null;
  };
  const pick = (button: HTMLElement): void => {
    const moment = momentOf(button);
    if (!moment) return;
    if (!moment.kind || !moment.src) return say(t("This moment can't be played yet"));
    if (first?.button === button) return forget();
    if (!first || !first.button.isConnected) {
      forget();
      first = { button, moment };
      button.setAttribute("aria-pressed", "true");
      return say(t("Choose the moment to compare it with"));
    }
    const pair: [Compared, Compared] = [first.moment, moment];
    forget();
    say("");
    comparison ??= new Comparison();
    void comparison.open(pair);
  };
  container.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-compare]");
    if (button) pick(button);
  });
  return pick;
}
