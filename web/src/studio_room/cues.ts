// The subtitles being edited: what can be done to them, with undo. Pages and pictures know nothing of each other but this.

export interface Cue {
  start: number;
  end: number;
  text: string;
  speaker: string;
}

const SHORTEST = 0.1;
const MOST_UNDONE = 300;

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

export class Cues extends EventTarget {
  private done: string[] = [];
  private undone: string[] = [];
  private lastKind = "";
  current = 0;

  constructor(public list: Cue[]) {
    super();
  }

  // A change that begins with the same word as the one before it (typing in one cue) is undone together with it.
  change(kind: string, act: () => void): void {
    const before = JSON.stringify(this.list);
    act();
    if (JSON.stringify(this.list) === before) return;
    if (kind !== this.lastKind || !kind.startsWith("type")) this.done.push(before);
    if (this.done.length > MOST_UNDONE) this.done.shift();
    this.lastKind = kind;
    this.undone = [];
    this.tell("changed");
  }

  undo(): boolean {
    return this.swap(this.done, this.undone);
  }

  redo(): boolean {
    return this.swap(this.undone, this.done);
  }

  private swap(from: string[], to: string[]): boolean {
    const state = from.pop();
    if (state === undefined) return false;
    to.push(JSON.stringify(this.list));
    this.list = JSON.parse(state) as Cue[];
    this.lastKind = "";
    this.current = Math.min(this.current, Math.max(0, this.list.length - 1));
    this.tell("changed");
    return true;
  }

  tell(name: "changed" | "chosen"): void {
    this.dispatchEvent(new Event(name));
  }

  choose(index: number): void {
    if (index < 0 || index >= this.list.length) return;
    this.current = index;
    this.tell("chosen");
  }

  at(seconds: number): number {
    return this.list.findIndex((cue) => cue.start <= seconds && seconds < cue.end);
  }

  setTimes(index: number, start: number, end: number, kind = `time${index}`): void {
    this.change(kind, () => {
      const cue = this.list[index];
      if (!cue) return;
      const from = Math.max(0, start);
      this.list[index] = { ...cue, start: round(from), end: round(Math.max(from + SHORTEST, end)) };
    });
  }

  setText(index: number, text: string): void {
    this.change(`type${index}`, () => {
      const cue = this.list[index];
      if (cue) this.list[index] = { ...cue, text };
    });
  }

  add(seconds: number): void {
    const next = this.list.find((cue) => cue.start > seconds);
    const end = Math.max(seconds + 0.5, Math.min(seconds + 2, next ? next.start : Infinity));
    this.change("add", () => {
      const place = this.list.filter((cue) => cue.start <= seconds).length;
      this.list.splice(place, 0, { start: round(seconds), end: round(end), text: "", speaker: "" });
      this.current = place;
    });
  }

  remove(index: number): void {
    this.change("remove", () => {
      this.list.splice(index, 1);
      this.current = Math.max(0, Math.min(index, this.list.length - 1));
    });
  }

  // Splits at the writing mark of the text, and in time by as much of the text as stands before it.
  split(index: number, mark: number): void {
    this.change("split", () => {
      const cue = this.list[index];
      if (!cue || cue.end - cue.start < 2 * SHORTEST) return;
      const place = mark > 0 && mark < cue.text.length ? mark : Math.ceil(cue.text.length / 2);
      const share = cue.text.length ? place / cue.text.length : 0.5;
      const middle = round(cue.start + (cue.end - cue.start) * Math.min(0.9, Math.max(0.1, share)));
      this.list.splice(
        index, 1,
        { ...cue, end: middle, text: cue.text.slice(0, place).trim() },
        { ...cue, start: middle, text: cue.text.slice(place).trim() },
      );
    });
  }

  merge(index: number): void {
    this.change("merge", () => {
      const [first, second] = [this.list[index], this.list[index + 1]];
      if (!first || !second) return;
      const text = [first.text, second.text].filter(Boolean).join(" ");
      this.list.splice(index, 2, { ...first, end: Math.max(first.end, second.end), text });
    });
  }

  shift(seconds: number): void {
    this.change("shift", () => {
      const moved = this.list.map((cue) => ({ ...cue, start: round(Math.max(0, cue.start + seconds)), end: round(cue.end + seconds) }));
      this.list = moved.filter((cue) => cue.end - cue.start >= SHORTEST / 2);
      this.current = Math.min(this.current, Math.max(0, this.list.length - 1));
    });
  }

  replaceAll(wanted: string, instead: string): number {
    if (!wanted) return 0;
    const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
    let count = 0;
    this.change("replace", () => {
      this.list = this.list.map((cue) => ({ ...cue, text: cue.text.replace(pattern, () => (count++, instead)) }));
    });
    return count;
  }

  takeIn(cues: Cue[]): void {
    this.change("import", () => {
      this.list = cues;
      this.current = 0;
    });
  }
}

export function clock(seconds: number): string {
  const total = Math.max(0, Math.round(seconds * 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [h, m, s, ms] = [Math.floor(total / 3_600_000), Math.floor(total / 60_000) % 60, Math.floor(total / 1000) % 60, total % 1000];
  return `${h ? `${h}:${two(m)}` : m}:${two(s)}.${String(ms).padStart(3, "0")}`;
}

// Reads `1:02:03.5`, `2:03`, `75.2`; null where it is none.
export function seconds(text: string): number | null {
  const found = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:[.,]\d{1,3})?)$/.exec(text.trim());
  if (!found) return null;
  return Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number((found[3] ?? "0").replace(",", "."));
}
