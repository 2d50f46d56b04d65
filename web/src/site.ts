// The shell of every page: htmx, the search shortcut, the theme choice, confirmation of what can't be undone.
import htmx from "htmx.org";
import "./parts/htmx_window";
import { wireSaving } from "./parts/save";
import { wireTheme } from "./parts/theme_choice";
import { startPasskeyErrors } from "./parts/passkey_errors";
import { startVisibilityFields } from "./parts/visibility";
import { t } from "./parts/words";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.historyCacheSize = 0;
// Not `style`: setting that attribute is what the policy forbids.
htmx.config.attributesToSettle = ["class", "width", "height"];
window.htmx = htmx;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function focusSearch(event: KeyboardEvent): void {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const boxes = document.querySelectorAll<HTMLInputElement>("input[type=search][name=q]");
  const box = [...boxes].find((candidate) => candidate.offsetParent !== null);
  event.preventDefault();
  if (!box) {
    location.assign("/search");
    return;
  }
  box.focus();
  box.select();
}

function wireScrollLine(): void {
  const bar = document.querySelector(".top-bar");
  const update = (): void => void bar?.classList.toggle("is-scrolled", window.scrollY > 4);
  addEventListener("scroll", update, { passive: true });
  update();
}

function confirmFirst(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = event.submitter?.dataset["confirm"] ?? form.dataset["confirm"];
  if (question && !confirm(question)) event.preventDefault();
}

function copyText(event: MouseEvent): void {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>("button[data-copy]");
  const source = button && document.querySelector<HTMLInputElement>(button.dataset["copy"] ?? "");
  if (!button || !source) return;
  void navigator.clipboard.writeText(source.value).then(() => {
    button.textContent = t("Copied");
  });
}

document.addEventListener("keydown", focusSearch);
document.addEventListener("submit", confirmFirst);
document.addEventListener("click", copyText);
wireScrollLine();
wireTheme();
wireSaving();
if (!document.querySelector("[data-player]") && sessionStorage.getItem("kinora.mini")) {
  void import("./player/mini").then(({ Mini, kept, forget }) => {
    const playing = kept();
    forget();
    if (playing) new Mini(playing);
  });
}
startVisibilityFields();
startPasskeyErrors();
