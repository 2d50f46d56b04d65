// A list of lines that seek: transcript, on-screen words, chapters. Follows playback, finds words, leaves a reader alone.

export class CueList {
  private lines: HTMLElement[] = [];
  private starts: number[] = [];
  private texts: string[] = [];
  private current = -1;
  private isFollowing = true;
  private words: string[] = [];

  constructor(
    readonly panel: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly onFollowing: () => void,
  ) {
    // Only what a person does counts as scrolling away; the list's own scrolling fires none of these.
    for (const name of ["wheel", "touchmove"]) scroller.addEventListener(name, () => this.letGo(), { passive: true });
    scroller.addEventListener("pointerdown", (event) => event.target === scroller && this.letGo());
    scroller.addEventListener("keydown", (event) => /^(Arrow|Page|Home|End|Tab)/.test(event.key) && this.letGo());
    this.read();
  }

  get follows(): boolean {
    return this.isFollowing;
  }

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  get isShown(): boolean {
    return !this.panel.hidden;
  }

  // Takes in the lines after the panel's content came or changed.
  read(): void {
    this.lines = [...this.panel.querySelectorAll<HTMLElement>("[data-cues] .cue")];
    this.starts = this.lines.map((line) => Number(line.dataset["seek"]));
    this.texts = this.lines.map((line) => folded(line.querySelector(".cue-text")?.textContent ?? ""));
    this.current = -1;
    if (this.words.length) this.search(this.words.join(" "));
  }

  private letGo(): void {
    if (!this.isShown || this.isEmpty) return;
    this.isFollowing = false;
    this.onFollowing();
  }

  follow(): void {
    this.isFollowing = true;
    this.onFollowing();
    this.scrollToCurrent();
  }

  // Marks the line of a second; a line stays marked until the next one begins.
  show(seconds: number): void {
    const place = lastAtOrBefore(this.starts, seconds + 0.05);
    if (place === this.current) return;
    this.lines[this.current]?.removeAttribute("aria-current");
    this.current = place;
    this.lines[place]?.setAttribute("aria-current", "true");
    if (this.isFollowing && this.isShown) this.scrollToCurrent();
  }

  scrollToCurrent(): void {
    const line = this.lines[this.current]?.parentElement;
    if (!line || line.hidden) return;
    const middle = line.offsetTop - this.panel.offsetTop - (this.scroller.clientHeight - line.offsetHeight) / 2;
    this.scroller.scrollTo({ top: middle, behavior: "smooth" });
  }

  // Shows only the lines with all the words, marked; returns how many there are.
  search(text: string): number {
    this.words = folded(text).split(/\s+/).filter(Boolean);
    let found = 0;
    this.lines.forEach((line, place) => {
      const matches = this.words.every((word) => this.texts[place]!.includes(word));
      line.parentElement!.hidden = !matches;
      if (matches) found++;
      mark(line.querySelector<HTMLElement>(".cue-text")!, matches ? this.words : []);
    });
    return found;
  }

  // The start of the next shown line after (or before) a second, going round at the end.
  nextMatch(seconds: number, direction: 1 | -1): number | null {
    const shown = this.starts.filter((_, place) => !this.lines[place]!.parentElement!.hidden);
    if (!shown.length) return null;
    if (direction === 1) return shown.find((start) => start > seconds + 0.05) ?? shown[0]!;
    return shown.findLast((start) => start < seconds - 0.5) ?? shown[shown.length - 1]!;
  }
}

function lastAtOrBefore(starts: number[], seconds: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

// Wraps each word in <mark>, text node by text node; taking marks away gives the very text back.
function mark(element: HTMLElement, words: string[]): void {
  for (const old of element.querySelectorAll("mark")) old.replaceWith(...old.childNodes);
  element.normalize();
  if (!words.length) return;
  const pattern = new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "giu");
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  for (const node of nodes) {
    const pieces: (string | Node)[] = [];
    let done = 0;
    for (const found of node.data.matchAll(pattern)) {
      const word = document.createElement("mark");
      word.textContent = found[0];
      pieces.push(node.data.slice(done, found.index), word);
      done = found.index + found[0].length;
    }
    if (pieces.length) node.replaceWith(...pieces, node.data.slice(done));
  }
}
