// The search page without a mouse: from the box into the moments, between them, and back.
import { isPreviewing, playPreview, stopPreview } from "./preview";

function momentsIn(results: HTMLElement): HTMLElement[] {
  return [...results.querySelectorAll<HTMLElement>("[data-moment]")].filter((moment) => moment.offsetParent !== null);
}

// The moment above or below: nearest in its row's direction, judged by where it lies on the page.
function beside(moments: HTMLElement[], from: HTMLElement, direction: 1 | -1): HTMLElement | undefined {
  const box = from.getBoundingClientRect();
  const rows = moments.filter((moment) => (moment.getBoundingClientRect().top - box.top) * direction > 10);
  const nearest = Math.min(...rows.map((moment) => Math.abs(moment.getBoundingClientRect().top - box.top)));
  const row = rows.filter((moment) => Math.abs(moment.getBoundingClientRect().top - box.top) < nearest + 10);
  const distance = (moment: HTMLElement): number => Math.abs(moment.getBoundingClientRect().left - box.left);
  return row.sort((a, b) => distance(a) - distance(b))[0];
}

// More or less like the moment: its own links lead there.
function vote(moment: HTMLElement, which: "more" | "less"): void {
  moment.parentElement?.querySelector<HTMLAnchorElement>(`[data-vote="${which}"]`)?.click();
}

type OfMoment = (moment: HTMLElement) => void;

export function wireKeys(
  box: HTMLInputElement,
  results: HTMLElement,
  { collect, part, compare }: { collect: OfMoment; part: OfMoment; compare: OfMoment },
): void {
  const focus = (moment: HTMLElement | undefined): void => {
    moment?.focus();
    moment?.scrollIntoView({ block: "nearest" });
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      focus(momentsIn(results)[0]);
    }
    if (event.key === "Escape" && !box.value) box.blur();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.matches("input, textarea, select") || target.closest("dialog")) return;
    const moment = target.closest<HTMLElement>("[data-moment]");
    const moments = momentsIn(results);
    const place = moment ? moments.indexOf(moment) : -1;
    const actions: Record<string, () => void> = {
      j: () => focus(moments[Math.min(moments.length - 1, place + 1)]),
      k: () => (place > 0 ? focus(moments[place - 1]) : box.focus()),
      Escape: () => {
        stopPreview();
        box.focus();
        box.select();
      },
    };
    if (moment) {
      Object.assign(actions, {
        m: () => vote(moment, "more"),
        n: () => vote(moment, "less"),
        x: () => collect(moment),
        b: () => part(moment),
        c: () => compare(moment),
        p: () => (isPreviewing(moment) ? stopPreview() : void playPreview(moment)),
        ArrowRight: actions["j"],
        ArrowLeft: actions["k"],
        ArrowDown: () => focus(beside(moments, moment, 1)),
        ArrowUp: () => focus(beside(moments, moment, -1) ?? box),
      });
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
