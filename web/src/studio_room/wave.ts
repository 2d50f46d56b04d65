// The sound wave with the cues upon it: click to go there, drag a cue or its ends to move them.
import { clock, type Cues } from "./cues";

const SHOWN_SECONDS = 20;
const EDGE_PIXELS = 7;

type Grip = { index: number; what: "start" | "end" | "whole"; from: number; start: number; end: number };

export class Wave {
  private peaks = new Uint8Array();
  private left = 0;
  private shown = SHOWN_SECONDS;
  private grip: Grip | null = null;
  private drawn = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly cues: Cues,
    private readonly video: HTMLVideoElement,
    private readonly perSecond: number,
    durationSeconds: number,
  ) {
    if (durationSeconds) this.shown = Math.min(SHOWN_SECONDS, Math.max(4, durationSeconds));
    canvas.addEventListener("pointerdown", (event) => this.take(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", () => (this.grip = null));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    cues.addEventListener("changed", () => this.draw());
    cues.addEventListener("chosen", () => this.reveal(cues.list[cues.current]?.start ?? 0));
    video.addEventListener("timeupdate", () => this.follow());
    video.addEventListener("seeked", () => this.follow());
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  show(peaks: Uint8Array<ArrayBuffer>): void {
    this.peaks = peaks;
    this.draw();
  }

  private follow(): void {
    if (!this.grip) this.reveal(this.video.currentTime);
    this.draw();
  }

  private reveal(seconds: number): void {
    const right = this.left + this.shown;
    if (seconds < this.left || seconds > right - this.shown * 0.1) this.left = Math.max(0, seconds - this.shown * 0.2);
    this.draw();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey) this.shown = Math.min(120, Math.max(4, this.shown * (event.deltaY > 0 ? 1.25 : 0.8)));
    else this.left = Math.max(0, this.left + (event.deltaY + event.deltaX) * 0.002 * this.shown);
    this.draw();
  }

  private secondsAt(event: PointerEvent): number {
    return this.left + (event.offsetX / this.canvas.clientWidth) * this.shown;
  }

  private x(seconds: number): number {
    return ((seconds - this.left) / this.shown) * this.canvas.clientWidth;
  }

  private take(event: PointerEvent): void {
    const at = this.secondsAt(event);
    const index = this.cues.list.findIndex((cue) => this.x(cue.start) - EDGE_PIXELS <= event.offsetX && event.offsetX <= this.x(cue.end) + EDGE_PIXELS);
    const cue = this.cues.list[index];
    this.video.currentTime = at;
    if (!cue) return;
    const isStart = Math.abs(event.offsetX - this.x(cue.start)) <= EDGE_PIXELS;
    const isEnd = Math.abs(event.offsetX - this.x(cue.end)) <= EDGE_PIXELS;
    this.grip = { index, what: isStart ? "start" : isEnd ? "end" : "whole", from: at, start: cue.start, end: cue.end };
    this.canvas.setPointerCapture(event.pointerId);
    this.cues.choose(index);
  }

  private move(event: PointerEvent): void {
    const grip = this.grip;
    if (!grip) return;
    const by = this.secondsAt(event) - grip.from;
    if (Math.abs(by) < 0.02) return;
    const start = grip.what === "end" ? grip.start : grip.start + by;
    const end = grip.what === "start" ? grip.end : grip.end + by;
    if (end - start >= 0.1) this.cues.setTimes(grip.index, start, end, `type-drag${grip.index}-${grip.from}`);
  }

  draw(): void {
    cancelAnimationFrame(this.drawn);
    this.drawn = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const scale = devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext("2d");
    if (!pen) return;
    pen.scale(scale, scale);
    const style = getComputedStyle(this.canvas);
    pen.fillStyle = style.color; // computed colours, where a custom property may still say light-dark()
    for (let x = 0; x < width; x++) {
      const loud = this.loudest(this.left + (x / width) * this.shown, this.shown / width);
      const tall = Math.max(1, loud * (height - 26));
      pen.fillRect(x, (height - tall) / 2 + 8, 1, tall);
    }
    this.paintTimes(pen, width, height);
    this.paintCues(pen, height, style.borderTopColor);
    pen.fillStyle = style.borderBottomColor;
    pen.fillRect(this.x(this.video.currentTime), 0, 1.5, height);
  }

  private loudest(from: number, length: number): number {
    const first = Math.floor(from * this.perSecond);
    const last = Math.max(first + 1, Math.ceil((from + length) * this.perSecond));
    let most = 0;
    for (let n = first; n < last; n++) most = Math.max(most, this.peaks[n] ?? 0);
    return most / 255;
  }

  private paintTimes(pen: CanvasRenderingContext2D, width: number, height: number): void {
    const step = [1, 2, 5, 10, 30, 60].find((one) => (one / this.shown) * width > 64) ?? 60;
    pen.font = "11px system-ui, sans-serif";
    for (let at = Math.ceil(this.left / step) * step; at < this.left + this.shown; at += step) {
      pen.fillText(clock(at).replace(/\.\d+$/, ""), this.x(at) + 3, 11);
      pen.fillRect(this.x(at), 0, 1, height / 12);
    }
  }

  private paintCues(pen: CanvasRenderingContext2D, height: number, accent: string): void {
    this.cues.list.forEach((cue, index) => {
      const [from, to] = [this.x(cue.start), this.x(cue.end)];
      if (to < 0 || from > this.canvas.clientWidth) return;
      pen.globalAlpha = index === this.cues.current ? 0.42 : 0.2;
      pen.fillStyle = accent;
      pen.fillRect(from, 16, to - from, height - 16);
      pen.globalAlpha = 1;
      pen.fillRect(from, 16, 2, height - 16);
      pen.fillRect(to - 2, 16, 2, height - 16);
    });
  }
}
