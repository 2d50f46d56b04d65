// Moments are collected in a light-box: by the button under each, or by X on the one that is focused.
import { t } from "../parts/words";
export function wireCollecting(results: HTMLElement, say: (text: string) => void): (moment: HTMLElement) => void {
  const tray = document.querySelector<HTMLElement>("#tray");
  if (!tray) return () => undefined;
  document.body.classList.add("can-collect");
  const boxes = tray.querySelector<HTMLSelectElement>("[data-tray-box]")!;
  const link = tray.querySelector<HTMLAnchorElement>("[data-tray-link]")!;
  const count = tray.querySelector<HTMLElement>("[data-tray-count]")!;
  const show = (): void => {
    const chosen = boxes.selectedOptions[0]!;
    link.href = chosen.dataset["url"] ?? "/lightboxes";
    count.textContent = chosen.dataset["num"] ?? "0";
  };
  boxes.addEventListener("change", () => {
    show();
    results.querySelectorAll("[data-collect][aria-pressed=true]").forEach((button) => button.setAttribute("aria-pressed", "false"));
  });

  const collect = async (button: HTMLElement): Promise<void> => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
    const body = new URLSearchParams({ moment: button.dataset["collect"] ?? "", box: boxes.value });
    const answer = await fetch(tray.dataset["collectUrl"]!, { method: "POST", headers: { ...headers, Accept: "application/json" }, body });
    const told = (await answer.json()) as { id: string; name: string; url: string; num_items: number; is_in: boolean; error?: { message: string } };
    if (!answer.ok) return say(told.error?.message ?? t("It could not be collected"));
    const chosen = boxes.selectedOptions[0]!;
    Object.assign(chosen, { value: told.id, textContent: told.name });
    Object.assign(chosen.dataset, { url: told.url, num: String(told.num_items) });
    show();
    button.setAttribute("aria-pressed", String(told.is_in));
    say(told.is_in ? `Collected in ${told.name}` : `Taken out of ${told.name}`);
  };
  results.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-collect]");
    if (button) void collect(button);
  });
  return (moment) => moment.parentElement?.querySelector<HTMLElement>("[data-collect]")?.click();
}
