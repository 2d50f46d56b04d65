// Search by a picture: chosen, dropped on the page, or pasted.
import type { PartDialog } from "./part";
import { t } from "../parts/words";

const ACCEPTED = ["image/png", "image/jpeg", "image/webp"];
const MAX_BYTES = 20 * 2 ** 20;

export function wirePicture(
  form: HTMLFormElement,
  say: (text: string) => void,
  part: PartDialog,
  onSent: () => void,
): { send(file: File): void } {
  const partButton = form.querySelector<HTMLElement>("[data-part-of-mine]")!;
  let whole: File | null = null; // the picture as it was given, to draw another box on
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const veil = document.querySelector<HTMLElement>("#drop-veil")!;
  form.classList.add("is-quiet");
  for (const button of document.querySelectorAll<HTMLElement>("[data-picture-choose]")) {
    button.hidden = false;
    button.addEventListener("click", () => input.click());
  }
  const send = (files: FileList | null | undefined): void => {
    const picture = [...(files ?? [])].find((file) => ACCEPTED.includes(file.type));
    if (!picture) return say(t("That is no picture; accepted: PNG, JPEG and WebP"));
    if (picture.size > MAX_BYTES) return say(t("The picture is larger than 20 MB"));
    whole = picture;
    submit(picture);
  };
  const submit = (picture: File): void => {
    const one = new DataTransfer();
    one.items.add(picture);
    input.files = one.files;
    form.classList.add("has-picture");
    partButton.hidden = false;
    onSent();
    form.requestSubmit();
  };
  document.body.addEventListener("kinora:searched", () => form.classList.remove("has-picture"));
  partButton.addEventListener("click", () => whole && void part.open({ picture: whole, name: "" }));
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
  return { send: submit };
}
