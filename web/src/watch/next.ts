// What plays when this video is over: the next of the playlist, or a related one where a person chose that it should.
import type { Player } from "../player/player";
import { recall, remember } from "../player/remembered";

const COUNTDOWN_SECONDS = 8;
const PLAY_NOW = "kinora.play";

/** Says to the page that follows that it is to begin by itself. */
export function playThere(url: string): void {
  try {
    sessionStorage.setItem(PLAY_NOW, new URL(url, location.href).pathname);
  } catch {
    // Then a person presses play.
  }
  location.assign(url);
}

/** Whether the page before this one asked for playing to begin; asked once. */
export function isToPlayNow(): boolean {
  try {
    const wanted = sessionStorage.getItem(PLAY_NOW);
    sessionStorage.removeItem(PLAY_NOW);
    return wanted === location.pathname;
  } catch {
    return false;
  }
}

export class Next {
  private timer = 0;
  private readonly box: HTMLElement;
  private readonly word: HTMLElement;

  constructor(
    private readonly player: Player,
    private readonly root: HTMLElement,
  ) {
    this.box = player.root.querySelector<HTMLElement>("[data-next]")!;
    this.word = this.box.querySelector<HTMLElement>("[data-next-count]")!;
    player.video.addEventListener("ended", () => this.begin());
    for (const name of ["play", "seeking"]) player.video.addEventListener(name, () => this.cancel());
    this.box.addEventListener("click", (event) => {
      const what = (event.target as HTMLElement).closest<HTMLElement>("[data-next-do]")?.dataset["nextDo"];
      if (what === "now") this.go();
      else if (what === "cancel") this.cancel();
    });
    this.box.addEventListener("keydown", (event) => event.key === "Escape" && this.cancel());
    document.body.addEventListener("htmx:afterSettle", () => this.showCurrent());
    this.wireChoice();
  }

  private get link(): HTMLAnchorElement | null {
    return this.root.querySelector<HTMLAnchorElement>("[data-next-video]");
  }

  get isOn(): boolean {
    return recall("autoplay") === "1";
  }

  /** Goes on at once, as Shift+N does. */
  go(): void {
    if (this.link) playThere(this.link.href);
  }

  /** Goes to what came before in the playlist, else to the page before. */
  goBack(): void {
    const links = [...this.root.querySelectorAll<HTMLAnchorElement>(".queue-item")];
    const before = links[links.findIndex((link) => link.ariaCurrent) - 1];
    if (before) playThere(before.href);
    else if (!links.length) history.back();
  }

  private wireChoice(): void {
    const box = this.player.root.querySelector<HTMLInputElement>("[data-autoplay]");
    if (!box) return;
    box.checked = this.isOn;
    box.addEventListener("change", () => remember("autoplay", box.checked ? "1" : "0"));
  }

  // A playlist is a row that somebody began; anything else follows only where a person switched that on.
  private begin(): void {
    const link = this.link;
    const isHeld = this.player.data.endSeconds !== null;
    if (!link || isHeld || !(this.isOn || "ofList" in link.dataset)) return;
    this.box.querySelector("[data-next-title]")!.textContent = link.dataset["title"] ?? "";
    const picture = this.box.querySelector<HTMLImageElement>("img")!;
    picture.hidden = !link.dataset["poster"];
    if (link.dataset["poster"]) picture.src = link.dataset["poster"];
    this.box.hidden = false;
    this.box.querySelector<HTMLElement>("[data-next-do=cancel]")!.focus({ preventScroll: true });
    let left = COUNTDOWN_SECONDS;
    const tick = (): void => {
      this.word.textContent = String(left);
      if (left-- <= 0) this.go();
      else this.timer = setTimeout(tick, 1000);
    };
    tick();
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.box.hidden = true;
  }

  private showCurrent(): void {
    const list = this.root.querySelector<HTMLElement>("[data-queue]");
    const current = list?.querySelector<HTMLElement>("[aria-current]");
    if (list && current) list.scrollTop = current.offsetTop - list.offsetTop - 60;
  }
}
