/** Fields that only some visibilities need: shown with them; times are typed in the person's own zone, sent in UTC. */

const two = (number: number): string => String(number).padStart(2, "0");

function asLocal(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function sendInUtc(input: HTMLInputElement): void {
  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = input.name;
  input.removeAttribute("name");
  if (input.value) input.value = asLocal(new Date(`${input.value}Z`));
  const keep = (): void => {
    sent.value = input.value ? new Date(input.value).toISOString() : "";
  };
  input.addEventListener("change", keep);
  input.form?.addEventListener("submit", keep);
  input.after(sent);
  keep();
  const help = input.closest(".field")?.querySelector(".field-help, .helptext");
  if (help && input.dataset.localHelp) help.textContent = input.dataset.localHelp;
}

export function startVisibilityFields(): void {
  const chosen = document.querySelector<HTMLSelectElement>("form select[name=visibility]");
  const dependent = document.querySelectorAll<HTMLInputElement>("input[data-shown-for]");
  if (!chosen || dependent.length === 0) return;
  const show = (): void => {
    for (const input of dependent) {
      const field = input.closest<HTMLElement>(".field");
      if (field) field.hidden = input.dataset.shownFor !== chosen.value;
    }
  };
  for (const input of dependent) if (input.type === "datetime-local") sendInUtc(input);
  chosen.addEventListener("change", show);
  show();
}
