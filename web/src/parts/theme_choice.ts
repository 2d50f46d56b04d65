// Dark, light or the system's scheme; kept in this browser only, no cookie.
function apply(choice: string): void {
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
  try {
    if (choice === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", choice);
  } catch {
    // Storage may be blocked; the choice then holds for this page.
  }
}

function showPressed(buttons: Iterable<HTMLButtonElement>): void {
  const current = document.documentElement.dataset["theme"] ?? "system";
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset["themeChoice"] === current));
  }
}

export function wireTheme(): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>("button[data-theme-choice]");
  for (const button of buttons) {
    button.addEventListener("click", () => {
      apply(button.dataset["themeChoice"] ?? "system");
      showPressed(buttons);
    });
  }
  showPressed(buttons);
}
