// The create page: sliders that say their value, rows that come and go, pictures that are dropped.
import { t } from "./parts/words";
const ACCEPTED = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const form = document.querySelector<HTMLFormElement>("#create-form")!;
const say = document.querySelector<HTMLElement>("#create-say")!;

function showValue(slider: HTMLInputElement): void {
  const output = form.querySelector<HTMLOutputElement>(`output[for="${slider.id}"]`);
  if (!output) return;
  const zero = slider.dataset["zero"];
  if (zero && Number(slider.value) === 0) output.value = zero;
  else if (output.dataset["percent"] !== undefined) output.value = `${Math.round(100 * Number(slider.value))} %`;
  else output.value = slider.value + (output.dataset["unit"] ?? "");
}

// Blend and connect take a second video; remix and blend say how much is made anew.
function showForOperation(): void {
  const menu = form.querySelector<HTMLSelectElement>("[data-operation]");
  if (!menu) return;
  const takesTwo = menu.selectedOptions[0]?.dataset["takesTwo"] !== undefined;
  const second = form.querySelector<HTMLElement>("[data-second]")!;
  second.hidden = !takesTwo;
  second.querySelector("select")!.disabled = !takesTwo;
  form.querySelector<HTMLElement>("[data-noise]")!.hidden = !["remix", "blend"].includes(menu.value);
  const keep = form.querySelector<HTMLElement>("[data-keep]")!;
  keep.hidden = menu.value !== "recut";
  keep.querySelector("input")!.disabled = keep.hidden;
}

function billAgain(): void {
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function addCard(): void {
  const template = document.querySelector<HTMLTemplateElement>("#card-row")!;
  const cards = form.querySelector("#cards")!;
  const row = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
  const times = [...cards.querySelectorAll<HTMLInputElement>("[name=card_at]")].map((input) => Number(input.value));
  row.querySelector<HTMLInputElement>("[name=card_at]")!.value = String(Math.max(0, ...times) + 1);
  cards.append(row);
  row.querySelector<HTMLInputElement>("[name=card_words]")!.focus();
}

function onClick(event: MouseEvent): void {
  const target = event.target as HTMLElement;
  if (target.closest("[data-add-card]")) addCard();
  const words = target.closest<HTMLElement>("[data-words]")?.dataset["words"];
  if (words) {
    form.querySelector<HTMLTextAreaElement>("[name=prompt]")!.value = words;
    billAgain();
  }
  const remove = target.closest("[data-remove-row]");
  if (!remove) return;
  remove.closest("li")?.remove();
  billAgain();
}

function onInput(event: Event): void {
  const target = event.target as HTMLElement;
  if (target instanceof HTMLInputElement && target.type === "range") showValue(target);
  if (target.matches("[data-operation]")) showForOperation();
  if (target instanceof HTMLInputElement && target.matches("[data-card-picture]")) void sendCardPicture(target);
  if (target instanceof HTMLSelectElement && target.dataset["when"] !== undefined) {
    const at = target.parentElement!.querySelector<HTMLInputElement>("[name=picture_at]")!;
    at.hidden = target.value !== "at";
  }
}

// A card's picture is sent at once; the card keeps its name and shows it small.
async function sendCardPicture(input: HTMLInputElement): Promise<void> {
  const card = input.closest("li")!;
  const file = input.files?.[0];
  if (!file) return;
  const body = new FormData();
  body.set("file", file);
  const token = form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")!.value;
  const address = form.querySelector("[data-picture]")!.getAttribute("hx-post")!;
  const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, "HX-Request": "true" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const name = page.querySelector<HTMLInputElement>("[name=picture]")?.value;
  const picture = page.querySelector("img");
  say.textContent = "";
  if (!answer.ok || !name || !picture) {
    say.replaceChildren(...page.body.children);
    return;
  }
  card.querySelector<HTMLInputElement>("[name=card_picture]")!.value = name;
  const shown = card.querySelector<HTMLElement>("[data-card-shown]")!;
  shown.replaceChildren(picture);
  shown.hidden = false;
  billAgain();
}

function drop(event: DragEvent): void {
  const picture = [...(event.dataTransfer?.files ?? [])].find((file) => ACCEPTED.includes(file.type));
  form.classList.remove("is-dropping");
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  if (!picture) {
    say.textContent = t("That is no picture; accepted: PNG, JPEG, WebP and GIF");
    return;
  }
  const input = form.querySelector<HTMLInputElement>("[data-picture]")!;
  const one = new DataTransfer();
  one.items.add(picture);
  input.files = one.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", onClick);
form.addEventListener("input", onInput);
document.addEventListener("drop", drop);
document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  form.classList.add("is-dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("is-dropping");
});
// How many pictures there are decides what a new one is offered as.
document.addEventListener("htmx:configRequest", (event) => {
  const detail = (event as CustomEvent).detail;
  if (!/\/create\/(pictures|frame)\b/.test(detail.path)) return;
  detail.parameters["rows"] = String(form.querySelectorAll("#picture-rows > li").length);
});
// An answer that refuses is shown, beside the button.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  if (detail.xhr.status >= 400 && detail.xhr.getResponseHeader("HX-Retarget")) detail.shouldSwap = true;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const source = (event as CustomEvent).detail.elt as HTMLElement;
  if (source === form || source.closest(".take-verbs") || source.matches("[data-picture]")) say.textContent = "";
});
document.addEventListener("htmx:afterSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  if (detail.target.id === "picture-rows") billAgain();
});
for (const slider of form.querySelectorAll<HTMLInputElement>("input[type=range]")) showValue(slider);
showForOperation();
