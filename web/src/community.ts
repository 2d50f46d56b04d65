// Comments: errors where they were made, forms that empty themselves, long texts that unfold.
const htmxEvents = document.body;

// A refused comment stays in its form, with the server's sentence under it.
htmxEvents.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = (event as CustomEvent<{ xhr: XMLHttpRequest; requestConfig: { elt: Element } }>).detail;
  const form = requestConfig.elt.closest("form");
  if (xhr.status < 400 || !form) return;
  const slot = form.querySelector<HTMLElement>("[data-error]") ?? errorSlot(form);
  slot.replaceChildren(...new DOMParser().parseFromString(xhr.responseText, "text/html").body.children);
});

function errorSlot(form: HTMLFormElement): HTMLElement {
  const slot = document.createElement("div");
  slot.dataset["error"] = "";
  slot.setAttribute("role", "alert");
  const row = form.closest(".comment, .held-row") ?? form;
  row.append(slot);
  return slot;
}

htmxEvents.addEventListener("htmx:afterRequest", (event) => {
  const { successful, elt } = (event as CustomEvent<{ successful: boolean; elt: Element }>).detail;
  if (!successful || !(elt instanceof HTMLFormElement) || !("commentForm" in elt.dataset)) return;
  elt.reset();
  elt.querySelector("[data-error]")?.replaceChildren();
  elt.closest("details")?.removeAttribute("open");
});

// Long texts show their first lines; a button, in the words that the server chose, shows the rest.
function clamp(root: ParentNode): void {
  for (const text of root.querySelectorAll<HTMLElement>("[data-clamp]:not(.is-clamped, .is-whole)")) {
    text.classList.add("is-clamped");
    if (text.scrollHeight <= text.clientHeight + 4) {
      text.classList.replace("is-clamped", "is-whole");
      continue;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small button-quiet";
    button.textContent = text.dataset["clamp"] ?? "";
    button.addEventListener("click", () => {
      text.classList.replace("is-clamped", "is-whole");
      button.remove();
    });
    text.after(button);
  }
}

// One menu open at a time; a click elsewhere closes it, and so does Escape.
document.addEventListener("click", (event) => {
  const inside = (event.target as HTMLElement).closest(".comment-menu");
  for (const menu of document.querySelectorAll(".comment-menu[open]")) {
    if (menu !== inside) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector<HTMLElement>(".comment-menu[open]");
  if (!menu) return;
  menu.removeAttribute("open");
  menu.querySelector("summary")?.focus();
});

htmxEvents.addEventListener("htmx:afterSettle", () => {
  clamp(document);
  const named = new URLSearchParams(location.search).get("comment");
  const box = named && document.querySelector<HTMLElement>(".comment-highlight:not(.is-seen)");
  if (!box) return;
  box.classList.add("is-seen");
  box.scrollIntoView({ block: "center" });
});
clamp(document);

export {};
