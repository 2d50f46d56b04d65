// A list put in order by dragging its handles, or by the arrow keys on them; the new order is sent at once.
export function wireOrder(items: HTMLElement, keep: (names: string[]) => void): void {
  const all = (): HTMLElement[] => [...items.querySelectorAll<HTMLElement>("[data-item]")];
  const send = (): void => keep(all().map((item) => item.dataset["item"] ?? ""));
  let dragged: HTMLElement | null = null;
  // On the window: an element that is moved in the page loses a pointer that it holds.
  addEventListener("pointermove", (event) => {
    const item = dragged;
    if (!item) return;
    const over = all().find((other) => {
      const box = other.getBoundingClientRect();
      return other !== item && event.clientY > box.top && event.clientY < box.bottom;
    });
    if (!over) return;
    const middle = over.getBoundingClientRect().top + over.offsetHeight / 2;
    items.insertBefore(item, event.clientY < middle ? over : over.nextSibling);
  });
  for (const end of ["pointerup", "pointercancel"] as const) {
    addEventListener(end, () => {
      if (!dragged) return;
      dragged.classList.remove("is-dragged");
      dragged = null;
      send();
    });
  }
  for (const handle of items.querySelectorAll<HTMLElement>("[data-handle]")) {
    const item = handle.closest<HTMLElement>("[data-item]")!;
    handle.hidden = false;
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus();
      dragged = item;
      item.classList.add("is-dragged");
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const target = all()[all().indexOf(item) + step];
      if (!target) return;
      items.insertBefore(item, step < 0 ? target : target.nextSibling);
      handle.focus();
      send();
    });
  }
}

/** Sends an order as htmx would send a form: with the page's token, and no page wanted back. */
export async function sendOrder(url: string, names: string[]): Promise<boolean> {
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  const body = new URLSearchParams({ order: names.join(",") });
  const answer = await fetch(url, { method: "POST", headers: { ...token, "HX-Request": "true" }, body }).catch(() => null);
  return Boolean(answer?.ok);
}
