// The mini-player: what played on the watch page goes on in a corner of the other pages. Each page opens the stream anew,
// so there is a short gap; a browser that wants a click before sound shows a play button instead.
import { attach, type Attached, type Source } from "./adapter";
import { wireWatched } from "./replays";
import { formatTimecode } from "./time";
import { t } from "../parts/words";

const KEY = "kinora.mini";
const FRESH_MS = 20_000; // between two pages; later the person has been elsewhere
const PROGRESS_MS = 10_000;

export interface Playing {
  id: string;
  title: string;
  poster: string;
  query: string; // of the watch page: its playlist
  source: Source;
  seconds: number;
  isPlaying: boolean;
  at: number;
}

export function keep(playing: Omit<Playing, "at">): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...playing, at: Date.now() }));
  } catch {
    // Then it ends with the page.
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

export function kept(): Playing | null {
  try {
    const playing = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Playing | null;
    return playing && Date.now() - playing.at < FRESH_MS ? playing : null;
  } catch {
    return null;
  }
}

function button(name: string, label: string, path: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "mini-button";
  made.dataset["mini"] = name;
  made.setAttribute("aria-label", label);
  made.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
  return made;
}

const PAUSE = "M8.500 5v14M15.500 5v14";
const PLAY = "M8 5.500v13l10.500-6.500Z";

export class Mini {
  private readonly box = document.createElement("section");
  private readonly video = document.createElement("video");
  private readonly toggleButton = button("toggle", t("Pause"), PAUSE);
  private attached: Attached | null = null;
  private isOver = false;

  constructor(private readonly playing: Playing) {
    this.box.className = "mini";
    this.box.setAttribute("aria-label", t("Mini-player: {title}", { title: playing.title }));
    this.video.playsInline = true;
    this.video.volume = Math.min(1, Math.max(0, Number(localStorage.getItem("player.volume") ?? 1) || 0));
    this.video.muted = localStorage.getItem("player.muted") === "1";
    if (playing.poster) this.video.poster = playing.poster;
    const words = document.createElement("a");
    words.className = "mini-title";
    words.dir = "auto";
    words.textContent = playing.title;
    words.href = this.address();
    words.dataset["mini"] = "open";
    const line = document.createElement("div");
    line.className = "mini-line";
    const open = button("open", t("Back to the watch page (I)"), "M4 13v7h7M20 11V4h-7M4 20l7-7M20 4l-7 7");
    line.append(this.toggleButton, words, open, button("close", t("Close the mini-player"), "m6.500 6.500 11 11M17.500 6.500l-11 11"));
    this.box.append(this.video, line);
    document.body.append(this.box);
    this.wire();
    void this.start();
  }

  private address(): string {
    const seconds = Math.floor(this.video.currentTime || this.playing.seconds);
    const query = new URLSearchParams(this.playing.query);
    query.set("t", String(seconds));
    return `/watch/${this.playing.id}?${query}`;
  }

  private async start(): Promise<void> {
    const { source, seconds, isPlaying } = this.playing;
    this.attached = await attach(this.video, source, seconds, { onLevels: () => undefined, onFatal: () => this.close() });
    if (isPlaying) await this.video.play().catch(() => undefined);
    this.draw();
  }

  private wire(): void {
    this.box.addEventListener("click", (event) => {
      const what = (event.target as HTMLElement).closest<HTMLElement>("[data-mini]")?.dataset["mini"];
      if (what === "toggle") this.toggle();
      if (what === "close") this.close();
      if (what === "open") {
        event.preventDefault();
        this.open();
      }
    });
    this.video.addEventListener("click", () => this.toggle());
    for (const name of ["play", "pause", "ended"]) this.video.addEventListener(name, () => this.draw());
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("pagehide", () => {
      if (this.isOver) return;
      this.sendProgress();
      const isPlaying = !this.video.paused && !this.video.ended;
      keep({ ...this.playing, seconds: this.video.currentTime || this.playing.seconds, isPlaying });
    });
    setInterval(() => this.video.paused || this.sendProgress(), PROGRESS_MS);
    wireWatched(this.video, this.playing.id);
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const isTyping = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (this.isOver || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "i") this.open();
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.close();
  }

  private draw(): void {
    const isPlaying = !this.video.paused && !this.video.ended;
    this.toggleButton.setAttribute("aria-label", isPlaying ? t("Pause") : t("Play"));
    this.toggleButton.querySelector("path")!.setAttribute("d", isPlaying ? PAUSE : PLAY);
    this.toggleButton.title = formatTimecode(this.video.currentTime || this.playing.seconds);
  }

  private toggle(): void {
    if (this.video.paused) void this.video.play().catch(() => undefined);
    else this.video.pause();
  }

  private open(): void {
    const address = this.address();
    const isPlaying = !this.video.paused;
    this.sendProgress();
    this.end();
    if (isPlaying) sessionStorage.setItem("kinora.play", new URL(address, location.href).pathname);
    location.assign(address);
  }

  private close(): void {
    this.sendProgress();
    this.end();
    this.box.remove();
  }

  private end(): void {
    this.isOver = true;
    this.video.pause();
    this.attached?.destroy();
    forget();
  }

  // Where a signed-in person is, as the watch page tells it; their page carries the token.
  private sendProgress(): void {
    const token = (JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>)["X-CSRFToken"];
    if (!token || !this.video.played.length) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("position", String(Math.round(this.video.currentTime * 10) / 10));
    navigator.sendBeacon(`/watch/${this.playing.id}/progress`, body);
  }
}
