// The list of one's videos: ticking many and choosing what is done to them.

function wireBulk(form: HTMLFormElement): void {
  const all = form.querySelector<HTMLInputElement>("[data-bulk-all]");
  const count = form.querySelector<HTMLElement>("[data-bulk-count]");
  const action = form.querySelector<HTMLSelectElement>("[data-bulk-action]");
  const go = form.querySelector<HTMLButtonElement>("[data-bulk-go]");
  if (!all || !count || !action || !go) return;
  const first = count.textContent ?? "";
  const ticks = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>("input[name=video]")];

  const update = (): void => {
    const boxes = ticks();
    const number = boxes.filter((box) => box.checked).length;
    all.checked = number > 0 && number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
    const words = number === 1 ? count.dataset["one"] : count.dataset["many"];
    count.textContent = number ? (words ?? "").replace("NUM", String(number)) : first;
    action.disabled = number === 0;
    go.disabled = number === 0 || !action.value;
    for (const field of form.querySelectorAll<HTMLElement>("[data-bulk-value]")) {
      field.hidden = number === 0 || field.dataset["bulkValue"] !== action.value;
    }
  };

  all.addEventListener("change", () => {
    for (const box of ticks()) box.checked = all.checked;
    update();
  });
  form.addEventListener("change", update);
  document.body.addEventListener("htmx:afterSwap", update);
  form.addEventListener("submit", (event) => {
    if (action.value === "delete" && !confirm(go.dataset["question"] ?? "")) event.preventDefault();
  });
  update();
}

const bulk = document.querySelector<HTMLFormElement>("[data-bulk]");
if (bulk) wireBulk(bulk);
