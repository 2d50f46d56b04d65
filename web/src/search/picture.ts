// Search by a picture: chosen, dropped on the page, or pasted.
const ACCEPTED = ["image/png", "image/jpeg", "image/webp"];
const MAX_BYTES = 20 * 2 ** 20;

export function wirePicture(form: HTMLFormElement, say: (text: string) => void, onSent: () => void): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const veil = document.querySelector<HTMLElement>("#drop-veil")!;
  form.classList.add("is-quiet");
  for (const button of document.querySelectorAll<HTMLElement>("[data-picture-choose]")) {
    button.hidden = false;
    button.addEventListener("click", () => input.click());
  }
  const send = (files: FileList | null | undefined): void => {
    const picture = [...(files ?? [])].find((file) => ACCEPTED.includes(file.type));
    if (!picture) return say("That is no picture; accepted: PNG, JPEG and WebP");
    if (picture.size > MAX_BYTES) return say("The picture is larger than 20 MB");
    if (input.files !== files) {
      const one = new DataTransfer();
      one.items.add(picture);
      input.files = one.files;
    }
    onSent();
    form.requestSubmit();
  };
  input.addEventListener("change", () => input.files?.length && send(input.files));
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      send(event.clipboardData.files);
    }
  });
  const hasFiles = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    send(event.dataTransfer?.files);
  });
}
