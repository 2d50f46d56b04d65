// The search page. htmx fetches the results as one types (the addresses stand in search/page.html); here is the rest.
import { type Compared, wireComparing } from "./parts/compare";
import { wireCollecting } from "./search/collect";
import { wireKeys } from "./search/keys";
import { PartDialog, wireParts } from "./search/part";
import { wirePicture } from "./search/picture";
import { stopPreview, wirePreviews } from "./search/preview";
import { t } from "./parts/words";

interface Searched {
  q: string | null;
  channel: string;
  date: string;
  length: string;
  where: string;
}

const box = document.querySelector<HTMLInputElement>("#search-box")!;
const form = document.querySelector<HTMLFormElement>("#search-form")!;
const results = document.querySelector<HTMLElement>("#results")!;
const status = document.querySelector<HTMLElement>("#search-status")!;
const clear = document.querySelector<HTMLElement>("[data-search-clear]")!;
let announcing = 0;
let hinting = 0;

// Said once typing has stopped, so that a screen reader is not flooded.
function announce(text: string): void {
  clearTimeout(announcing);
  announcing = setTimeout(() => (status.textContent = text), 500);
}

// The server wrote a menu into the query, or read one out of it: the page shows what now holds.
function show(searched: Searched): void {
  if (searched.q !== null) box.value = searched.q;
  for (const name of ["channel", "date", "length", "where"] as const) {
    const menu = form.elements.namedItem(name) as HTMLSelectElement;
    menu.value = searched[name];
    if (menu.selectedIndex < 0) menu.selectedIndex = 0;
  }
  document.title = `${box.value ? `${box.value} · ` : ""}${t("Search · Kinora")}`;
  clear.hidden = !box.value;
  keepable();
  const facets = document.querySelector<HTMLDetailsElement>(".search-facets");
  if (facets?.open) facets.querySelector(".facets")?.dispatchEvent(new Event("refresh"));
}

// What would be saved is what stands in the box.
const saveForm = document.querySelector<HTMLFormElement>("#save-search");
function keepable(): void {
  document.querySelectorAll<HTMLElement>("[data-save-search]").forEach((button) => (button.hidden = !box.value.trim()));
}
saveForm?.addEventListener("submit", () => {
  saveForm.querySelector<HTMLInputElement>("input[name=query]")!.value = box.value;
});
box.addEventListener("input", keepable);

document.body.addEventListener("kinora:searched", (event) => show((event as CustomEvent<Searched>).detail));
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent<{ target: HTMLElement; shouldSwap: boolean; xhr: XMLHttpRequest }>).detail;
  if (detail.target === results) stopPreview();
  if (detail.target === results && detail.xhr.status >= 400) detail.shouldSwap = true; // the error is a sentence for people
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if ((event as CustomEvent<{ target: HTMLElement }>).detail.target !== results) return;
  announce(results.querySelector<HTMLElement>("[data-count]")?.dataset["count"] ?? "");
  clear.hidden = !box.value;
});
document.body.addEventListener("htmx:sendError", () => announce("The server can't be reached"));
// Said and seen at once: what a button asks for next.
function say(text: string): void {
  announce(text);
  const hint = document.querySelector<HTMLElement>("#search-hint")!;
  hint.textContent = text;
  clearTimeout(hinting);
  hinting = setTimeout(() => (hint.textContent = ""), 6000);
}
clear.addEventListener("click", () => {
  box.value = "";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
});
box.addEventListener("input", () => (clear.hidden = !box.value));
if (box.value) box.setSelectionRange(box.value.length, box.value.length);

wirePreviews(results);
function compared(button: HTMLElement): Compared | null {
  const moment = button.closest("li")?.querySelector<HTMLAnchorElement>("[data-moment]");
  if (!moment) return null;
  const { start, end, kind, src } = moment.dataset;
  const title = moment.closest(".hit-row")?.querySelector(".hit-title")?.textContent?.trim() ?? "";
  return { title, url: moment.href, start: Number(start), end: Number(end), kind: kind ?? "", src: src ?? "" };
}

const compare = wireComparing(results, compared, say);
let picture: { send(files: File): void } | null = null;
const part = new PartDialog(box, (file) => picture?.send(file));
wireKeys(box, results, {
  collect: wireCollecting(results, announce),
  part: wireParts(results, part, say),
  compare: (moment) => {
    const button = moment.parentElement?.querySelector<HTMLElement>("[data-compare]");
    if (button) compare(button);
  },
});
// What stands in the box counts beside the picture.
const pictureForm = document.querySelector<HTMLFormElement>("#picture-form")!;
picture = wirePicture(pictureForm, announce, part, () => {
  pictureForm.querySelector<HTMLInputElement>("input[name=q]")!.value = box.value;
  announce(box.value ? t("Looking for moments like your picture and your words") : t("Looking for moments like your picture"));
});
