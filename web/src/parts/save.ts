// Save to a playlist, without leaving the page: the link's own page is opened in a dialog.
import { t } from "./words";
let dialog: HTMLDialogElement | null = null;

function made(closeWord: string): HTMLDialogElement {
  const box = document.createElement("dialog");
  box.className = "save-dialog";
  const close = document.createElement("form");
  close.method = "dialog";
  const button = document.createElement("button");
  button.className = "icon-button";
  button.setAttribute("aria-label", closeWord);
  button.textContent = "×";
  close.append(button);
  const title = document.createElement("h2");
  title.id = "save-dialog-title";
  const body = document.createElement("div");
  body.dataset["saveBody"] = "";
  box.setAttribute("aria-labelledby", title.id);
  box.append(close, title, body);
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  return box;
}

async function open(link: HTMLAnchorElement): Promise<void> {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(link.href); // not signed in any more: the page says so
  dialog ??= made(link.dataset["close"] ?? t("Close"));
  dialog.querySelector("h2")!.textContent = link.dataset["save"] ?? link.textContent;
  const body = dialog.querySelector<HTMLElement>("[data-save-body]")!;
  body.innerHTML = await answer.text();
  window.htmx?.process(body);
  dialog.showModal();
}

export function wireSaving(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest<HTMLAnchorElement>("a[data-save]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    void open(link);
  });
}
