// A box drawn on a picture: what is in it is searched for, alone or beside the words that stand in the search box.
import { t } from "../parts/words";
interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

interface Wanted {
  picture: Blob;
  name: string; // VIDEO@SECONDS, empty for a picture from outside
}

const LEAST = 0.05; // of the picture's side: below, there is nothing to see in a box
const STEP = 0.02;
const MAX_SIDE = 1280;
const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

export class PartDialog {
  private readonly dialog = document.querySelector<HTMLDialogElement>("#part")!;
  private readonly canvas = this.dialog.querySelector<HTMLCanvasElement>("canvas")!;
  private readonly told = this.dialog.querySelector<HTMLElement>("[data-part-told]")!;
  private image: ImageBitmap | null = null;
  private wanted: Wanted | null = null;
  private rect: Rect = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };
  private from: { x: number; y: number } | null = null;

  constructor(
    private readonly box: HTMLInputElement,
    private readonly send: (picture: File) => void,
  ) {
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.finish());
    this.canvas.addEventListener("keydown", (event) => this.nudge(event));
    for (const button of this.dialog.querySelectorAll<HTMLElement>("[data-part-search]"))
      button.addEventListener("click", () => void this.search(button.dataset["partSearch"] === "words"));
  }

  async open(wanted: Wanted): Promise<void> {
    this.wanted = wanted;
    this.image = await createImageBitmap(wanted.picture);
    const scale = Math.min(1, MAX_SIDE / Math.max(this.image.width, this.image.height));
    this.canvas.width = Math.round(this.image.width * scale);
    this.canvas.height = Math.round(this.image.height * scale);
    this.rect = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };
    this.dialog.querySelector<HTMLElement>("[data-part-search=words]")!.hidden = !this.box.value.trim();
    this.paint();
    this.dialog.showModal();
    this.canvas.focus();
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const shown = this.canvas.getBoundingClientRect();
    const x = clamp((event.clientX - shown.left) / shown.width, 0, 1);
    return { x, y: clamp((event.clientY - shown.top) / shown.height, 0, 1) };
  }

  private begin(event: PointerEvent): void {
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.from = this.at(event);
  }

  private draw(event: PointerEvent): void {
    if (!this.from) return;
    const { x, y } = this.at(event);
    const width = Math.max(LEAST, Math.abs(x - this.from.x));
    const height = Math.max(LEAST, Math.abs(y - this.from.y));
    this.rect = { left: clamp(Math.min(x, this.from.x), 0, 1 - width), top: clamp(Math.min(y, this.from.y), 0, 1 - height), width, height };
    this.paint();
  }

  private finish(): void {
    if (!this.from) return;
    this.from = null;
    this.tell();
  }

  private nudge(event: KeyboardEvent): void {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!x && !y) return;
    event.preventDefault();
    const { left, top, width, height } = this.rect;
    if (event.shiftKey) {
      this.rect.width = clamp(width + x! * STEP, LEAST, 1 - left);
      this.rect.height = clamp(height + y! * STEP, LEAST, 1 - top);
    } else {
      this.rect.left = clamp(left + x! * STEP, 0, 1 - width);
      this.rect.top = clamp(top + y! * STEP, 0, 1 - height);
    }
    this.paint();
    this.tell();
  }

  private tell(): void {
    const { left, top, width, height } = this.rect;
    const percent = (share: number): number => Math.round(100 * share);
    this.told.textContent = t("{width} × {height} % at {left}, {top} %", {
      width: percent(width), height: percent(height), left: percent(left), top: percent(top),
    });
  }

  private paint(): void {
    const context = this.canvas.getContext("2d")!;
    const { width: across, height: down } = this.canvas;
    const [x, y, width, height] = [this.rect.left * across, this.rect.top * down, this.rect.width * across, this.rect.height * down];
    context.drawImage(this.image!, 0, 0, across, down);
    context.fillStyle = "rgb(0 0 0 / 55%)";
    context.fillRect(0, 0, across, down);
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.drawImage(this.image!, 0, 0, across, down);
    context.restore();
    context.lineWidth = Math.max(2, across / 320);
    context.strokeStyle = "#fff";
    context.strokeRect(x, y, width, height);
  }

  // A frame of the library is named in the query, with its box; a picture from outside is cut here and sent.
  private async search(isBesideWords: boolean): Promise<void> {
    const { left, top, width, height } = this.rect;
    const name = this.wanted?.name;
    this.dialog.close();
    if (name) {
      const sides = [left, top, width, height].map((side) => Number(side.toFixed(3)));
      const like = `like:${name}[${sides.join(",")}]`;
      const text = isBesideWords ? `${this.box.value.trim()} ${like}` : like;
      location.assign(`/search?${new URLSearchParams({ q: text })}`);
      return;
    }
    if (!isBesideWords) this.box.value = "";
    const cut = document.createElement("canvas");
    const image = this.image!;
    cut.width = Math.max(8, Math.round(width * image.width));
    cut.height = Math.max(8, Math.round(height * image.height));
    cut.getContext("2d")!.drawImage(image, -left * image.width, -top * image.height);
    const part = await new Promise<Blob | null>((done) => cut.toBlob(done, "image/png"));
    if (part) this.send(new File([part], "part.png", { type: "image/png" }));
  }
}

// The button under each moment that has a picture; returns what the key does on a focused one.
export function wireParts(
  results: HTMLElement,
  dialog: PartDialog,
  say: (text: string) => void,
): (moment: HTMLElement) => void {
  const open = async (button: HTMLElement): Promise<void> => {
    const picture = button.closest("li")?.querySelector<HTMLImageElement>(".moment-picture img");
    if (!picture) return say(t("This moment has no picture"));
    const answer = await fetch(picture.src);
    if (!answer.ok) return say(t("The picture could not be read"));
    await dialog.open({ picture: await answer.blob(), name: button.dataset["part"] ?? "" });
  };
  results.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-part]");
    if (button) void open(button);
  });
  return (moment) => moment.parentElement?.querySelector<HTMLElement>("[data-part]")?.click();
}
