// The panel beside the player: its tabs, what they load, the search inside the video, look-alikes of the frame.
import type { Player } from "../player/player";
import { wirePreviews } from "../search/preview";
import { CueList } from "./cue_list";
import { t } from "../parts/words";

export class Side {
  private readonly tabs: HTMLButtonElement[];
  private readonly lists = new Map<string, CueList>();
  private readonly inside: HTMLInputElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly player: Player,
  ) {
    this.tabs = [...root.querySelectorAll<HTMLButtonElement>("[role=tab]")];
    this.inside = this.part<HTMLInputElement>("[data-inside]");
    const scroller = this.part(".side-body");
    for (const panel of root.querySelectorAll<HTMLElement>("[data-source], #panel-chapters")) {
      this.lists.set(panel.id, new CueList(panel, scroller, () => this.drawFollow()));
    }
    for (const tab of this.tabs) tab.addEventListener("click", () => this.open(tab.id));
    this.part("[role=tablist]").addEventListener("keydown", (event) => this.moveTab(event));
    this.inside.addEventListener("input", () => this.search());
    this.inside.addEventListener("keydown", (event) => this.jump(event));
    this.part("[data-follow]").addEventListener("click", () => this.shownList()?.follow());
    root.querySelector("[data-transcript-track]")?.addEventListener("change", () => void this.loadTranscript());
    for (const name of ["timeupdate", "seeked"]) player.video.addEventListener(name, () => this.follow());
    this.open(this.firstTab());
  }

  private part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.root.querySelector<T>(selector)!;
  }

  private firstTab(): string {
    if (this.player.data.tracks.length) return "tab-transcript";
    const better = this.player.data.chapters.length ? "tab-chapters" : "tab-screen";
    return this.tabs.some((tab) => tab.id === better) ? better : "tab-transcript";
  }

  private panelOf(tab: HTMLElement): HTMLElement {
    return document.getElementById(tab.getAttribute("aria-controls") ?? "")!;
  }

  private shownList(): CueList | undefined {
    return [...this.lists.values()].find((list) => list.isShown);
  }

  open(id: string, { focus = false } = {}): void {
    for (const tab of this.tabs) {
      const isOpen = tab.id === id;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      this.panelOf(tab).hidden = !isOpen;
      if (isOpen && focus) tab.focus();
    }
    this.part("[data-tools]").hidden = id === "tab-alike";
    const tracks = this.root.querySelector<HTMLElement>("[data-track-line]");
    if (tracks) tracks.hidden = id !== "tab-transcript";
    if (id === "tab-alike") void this.loadLookAlikes();
    else void this.loadOnce(this.panelOf(document.getElementById(id)!));
    this.search();
    this.drawFollow();
    this.shownList()?.scrollToCurrent();
  }

  private moveTab(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -this.tabs.length, End: this.tabs.length }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = this.tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    const last = this.tabs.length - 1;
    const isFar = Math.abs(step) > 1;
    const next = isFar ? Math.min(last, Math.max(0, now + step)) : (now + step + last + 1) % (last + 1);
    this.open(this.tabs[next]!.id, { focus: true });
  }

  private async loadOnce(panel: HTMLElement): Promise<void> {
    if (!panel.dataset["source"] || panel.dataset["loaded"]) return;
    panel.dataset["loaded"] = "yes";
    await this.fill(panel, panel.dataset["source"]);
  }

  private async loadTranscript(): Promise<void> {
    const panel = this.part("#panel-transcript");
    const track = this.part<HTMLSelectElement>("[data-transcript-track]").value;
    await this.fill(panel, `${panel.dataset["source"]}?track=${encodeURIComponent(track)}`);
  }

  // Loads what is new after the video was prepared further.
  async reload(): Promise<void> {
    for (const list of this.lists.values()) {
      if (list.isEmpty && list.panel.dataset["loaded"]) await this.fill(list.panel, list.panel.dataset["source"]!);
    }
  }

  private async fill(panel: HTMLElement, address: string): Promise<boolean> {
    panel.setAttribute("aria-busy", "true");
    const response = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    panel.removeAttribute("aria-busy");
    if (response) panel.innerHTML = await response.text();
    else panel.replaceChildren(sentence(t("This could not be loaded. Open the tab again.")));
    if (!response) delete panel.dataset["loaded"];
    this.lists.get(panel.id)?.read();
    this.search();
    this.follow();
    return Boolean(response?.ok);
  }

  showLookAlikes(): void {
    if (!this.tabs.some((tab) => tab.id === "tab-alike")) return;
    this.open("tab-alike");
    this.part("#panel-alike").scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  private async loadLookAlikes(): Promise<void> {
    const panel = this.part("#panel-alike");
    const waiting = sentence(t("Looking for moments like this frame…"));
    waiting.setAttribute("role", "status");
    panel.replaceChildren(waiting);
    const seconds = Math.max(0, this.player.now).toFixed(2);
    await this.fill(panel, `${panel.dataset["alike"]}?t=${seconds}`);
    wirePreviews(panel);
  }

  private search(): void {
    const text = this.inside.value.trim();
    let found = 0;
    for (const list of this.lists.values()) {
      const number = list.search(text);
      if (list.isShown) found = number;
    }
    this.part("[data-inside-count]").textContent = text ? t("{number} found", { number: found }) : "";
    if (!text) this.shownList()?.scrollToCurrent();
  }

  private jump(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.inside.value) {
      this.inside.value = "";
      this.search();
    }
    if (event.key !== "Enter" || !this.inside.value.trim()) return;
    event.preventDefault();
    const start = this.shownList()?.nextMatch(this.player.now, event.shiftKey ? -1 : 1);
    if (start !== null && start !== undefined) this.player.seek(start);
  }

  focusSearch(): void {
    if (this.part("[data-tools]").hidden) this.open(this.firstTab());
    this.inside.focus();
    this.inside.select();
  }

  private follow(): void {
    for (const list of this.lists.values()) list.show(this.player.now);
  }

  private drawFollow(): void {
    const list = this.shownList();
    this.part("[data-follow]").hidden = !list || list.follows || list.isEmpty;
  }
}

function sentence(text: string): HTMLElement {
  const line = document.createElement("p");
  line.className = "panel-empty muted";
  line.textContent = text;
  return line;
}
