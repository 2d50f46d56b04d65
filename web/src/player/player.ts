// The player's own state: what is attached, where it is, and what a person may do with it. Drawing is in controls.ts.
import { attach, type Attached, type Source } from "./adapter";
import { Captions } from "./captions";
import type { ChapterData, PlayerData } from "./data";
import { recall, remember } from "./remembered";

export const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

export class Player extends EventTarget {
  readonly video: HTMLVideoElement;
  readonly captions: Captions;
  failure = "";
  private attached: Attached | null = null;
  private source: Source = { kind: "", src: "", type: "", signature: "" };

  constructor(
    readonly root: HTMLElement,
    readonly data: PlayerData,
  ) {
    super();
    this.video = root.querySelector<HTMLVideoElement>("video")!;
    this.video.controls = false;
    this.video.volume = Math.min(1, Math.max(0, Number(recall("volume") ?? 1) || 0));
    this.video.muted = recall("muted") === "1";
    const area = root.querySelector<HTMLElement>("[data-captions]")!;
    this.captions = new Captions(this.video, area, data.tracks, () => this.emit("captions"));
    for (const name of ["ratechange", "loadedmetadata"]) {
      this.video.addEventListener(name, () => this.emit("state"));
    }
  }

  emit(name: string): void {
    this.dispatchEvent(new Event(name));
  }

  get duration(): number {
    return Number.isFinite(this.video.duration) && this.video.duration > 0 ? this.video.duration : this.data.durationSeconds;
  }

  get now(): number {
    return this.video.currentTime;
  }

  get isReady(): boolean {
    return this.attached !== null;
  }

  /** What is played now, for whoever goes on with it. */
  get playing(): Source {
    return this.source;
  }

  get signature(): string {
    return this.source.signature;
  }

  // Begins, or goes on at the same second with more or better pictures than before.
  // Play only after it is attached: attaching loads anew, which takes an earlier `play` back.
  async use(source: Source, startSeconds = this.now, { playNow = false } = {}): Promise<void> {
    const mayPlay = playNow || (!this.video.paused && !this.video.ended);
    this.attached?.destroy();
    this.attached = null;
    this.failure = "";
    this.source = source;
    this.attached = await attach(this.video, source, startSeconds, {
      onLevels: () => this.emit("levels"),
      onFatal: (sentence) => this.fail(sentence),
    });
    if (this.source !== source) return; // another one was asked for meanwhile
    const speed = Number(recall("speed") ?? 1);
    this.video.defaultPlaybackRate = this.video.playbackRate = SPEEDS.includes(speed) ? speed : 1;
    this.emit("state");
    this.emit("levels");
    if (mayPlay) this.play();
  }

  retry(): void {
    void this.use(this.source, this.now);
  }

  private fail(sentence: string): void {
    this.failure = sentence;
    this.emit("state");
  }

  play(): void {
    // A browser may refuse to begin with sound before the first click; then the big button waits.
    this.video.play().catch(() => this.emit("state"));
  }

  toggle(): void {
    if (this.video.paused || this.video.ended) this.play();
    else this.video.pause();
  }

  seek(seconds: number): void {
    const last = Math.max(0, this.duration - 0.05);
    this.video.currentTime = Math.min(last, Math.max(0, seconds));
    this.emit("time");
  }

  // Goes to the middle of the frame, where rounding can't show its neighbour.
  step(frames: number): void {
    if (!this.video.paused) this.video.pause();
    const rate = this.data.frameRate;
    this.seek((Math.floor(this.now * rate + 1e-3) + frames + 0.5) / rate);
  }

  setSpeed(speed: number): void {
    this.video.defaultPlaybackRate = this.video.playbackRate = speed;
    remember("speed", String(speed));
  }

  changeSpeed(direction: 1 | -1): void {
    const place = SPEEDS.findIndex((speed) => speed >= this.video.playbackRate - 1e-6);
    const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place + direction))];
    if (next) this.setSpeed(next);
  }

  setVolume(volume: number): void {
    this.video.volume = Math.min(1, Math.max(0, volume));
    this.video.muted = this.video.volume === 0;
    this.rememberSound();
  }

  toggleMute(): void {
    this.video.muted = !this.video.muted;
    if (!this.video.muted && this.video.volume === 0) this.video.volume = 0.5;
    this.rememberSound();
  }

  private rememberSound(): void {
    remember("volume", String(this.video.volume));
    remember("muted", this.video.muted ? "1" : "0");
  }

  heights(): number[] {
    const heights = this.attached?.levels().map((level) => level.height) ?? [];
    return [...new Set(heights)].sort((a, b) => b - a);
  }

  playingHeight(): number {
    return this.attached?.playingHeight() ?? 0;
  }

  chooseHeight(height: number | null): void {
    this.attached?.choose(height);
  }

  chapterAt(seconds: number): ChapterData | undefined {
    return this.data.chapters.findLast((chapter) => chapter.start <= seconds + 1e-3);
  }

  async togglePictureInPicture(): Promise<void> {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else if (document.pictureInPictureEnabled) await this.video.requestPictureInPicture();
  }

  async toggleFullscreen(): Promise<void> {
    const iPhone = this.video as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (this.root.requestFullscreen) await this.root.requestFullscreen();
    else iPhone.webkitEnterFullscreen?.();
  }
}
