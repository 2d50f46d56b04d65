// The cues as rows: times and text in ordinary fields.
import { clock, seconds, type Cues } from "./cues";

export class CueList {
  private drawn = "";

  constructor(
    private readonly box: HTMLElement,
    private readonly template: HTMLTemplateElement,
    private readonly cues: Cues,
    private readonly seek: (seconds: number) => void,
  ) {
    box.addEventListener("focusin", (event) => this.chosen(event));
    box.addEventListener("input", (event) => this.typed(event));
    box.addEventListener("change", (event) => this.timed(event));
    box.addEventListener("click", (event) => this.clicked(event));
    cues.addEventListener("changed", () => this.draw());
    cues.addEventListener("chosen", () => this.mark());
    this.draw();
  }

  private row(target: EventTarget | null): HTMLElement | null {
    return (target as HTMLElement).closest<HTMLElement>("[data-cue]");
  }

  private index(target: EventTarget | null): number {
    return [...this.box.children].indexOf(this.row(target) as Element);
  }

  private chosen(event: Event): void {
    const index = this.index(event.target);
    if (index >= 0 && index !== this.cues.current) this.cues.choose(index);
  }

  private typed(event: Event): void {
    if (event.target instanceof HTMLTextAreaElement) this.cues.setText(this.index(event.target), event.target.value);
  }

  private timed(event: Event): void {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    const index = this.index(field);
    const cue = this.cues.list[index];
    const value = seconds(field.value);
    if (!cue) return;
    const isStart = field.dataset["time"] === "start";
    const isWrong = value === null || (isStart ? value >= cue.end : value <= cue.start);
    field.setAttribute("aria-invalid", String(isWrong));
    if (isWrong) return;
    this.cues.setTimes(index, isStart ? value : cue.start, isStart ? cue.end : value);
  }

  private clicked(event: MouseEvent): void {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-row]");
    const index = this.index(event.target);
    const cue = this.cues.list[index];
    if (!button || !cue) return;
    const area = this.box.children[index]?.querySelector("textarea");
    if (button.dataset["row"] === "seek") this.seek(cue.start);
    if (button.dataset["row"] === "split") this.cues.split(index, area?.selectionStart ?? 0);
    if (button.dataset["row"] === "merge") this.cues.merge(index);
    if (button.dataset["row"] === "remove") this.cues.remove(index);
  }

  // Rows are made once and filled again, so that nothing moves under the hands of whoever types.
  draw(): void {
    const state = JSON.stringify(this.cues.list);
    if (state === this.drawn) return;
    this.drawn = state;
    while (this.box.children.length > this.cues.list.length) this.box.lastElementChild?.remove();
    while (this.box.children.length < this.cues.list.length) this.box.append(this.template.content.cloneNode(true));
    this.cues.list.forEach((cue, index) => {
      const row = this.box.children[index] as HTMLElement;
      const [start, end] = row.querySelectorAll<HTMLInputElement>("input");
      const area = row.querySelector("textarea")!;
      const values: [HTMLInputElement | HTMLTextAreaElement, string][] = [[start!, clock(cue.start)], [end!, clock(cue.end)], [area, cue.text]];
      for (const [field, value] of values) if (field.value !== value) field.value = value;
      row.classList.toggle("is-fast", cue.text.length / Math.max(0.1, cue.end - cue.start) > 25);
    });
    this.mark();
  }

  mark(): void {
    [...this.box.children].forEach((row, index) => row.classList.toggle("is-current", index === this.cues.current));
    const row = this.box.children[this.cues.current] as HTMLElement | undefined;
    if (!row || row.contains(document.activeElement)) return;
    const [top, bottom] = [row.offsetTop - this.box.offsetTop, row.offsetTop - this.box.offsetTop + row.offsetHeight];
    if (top < this.box.scrollTop || bottom > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top - 40;
  }

  write(): void {
    this.mark();
    this.box.children[this.cues.current]?.querySelector("textarea")?.focus();
  }
}
