// The uploader: files dropped anywhere or chosen, two at a time, resumed where they stopped.
import { belongs, droppedFiles, sortFiles, type Group } from "./parts/upload_files";
import { UploadItem } from "./parts/upload_item";
import { headers } from "./parts/upload_server";

const AT_ONCE = 2;
const uploader = document.querySelector<HTMLElement>("#uploader");
const template = document.querySelector<HTMLTemplateElement>("#upload-card");
const items: UploadItem[] = [];
const queue: UploadItem[] = [];

function complain(text: string): void {
  const line = document.createElement("li");
  line.className = "notice notice-warn";
  line.textContent = text;
  document.querySelector("#upload-complaints")?.append(line);
}

function refusal(file: File): string {
  const largest = Number(uploader?.dataset["maxBytes"]);
  if (file.size === 0) return `${file.name} is empty. Choose the file again.`;
  if (file.size > largest) return `${file.name} is larger than this site accepts (${Math.floor(largest / 1e9)} GB).`;
  return "";
}

function startNext(): void {
  const running = items.filter((item) => !item.isOver && !queue.includes(item)).length;
  for (const item of queue.splice(0, Math.max(0, AT_ONCE - running))) void item.start();
  document.body.classList.toggle("is-uploading", items.some((item) => !item.isOver));
}

function addGroup(group: Group): void {
  const problem = refusal(group.video);
  if (problem || !template) return complain(problem);
  const item = new UploadItem(group, template, startNext, uploader?.dataset["replaces"]);
  items.push(item);
  queue.push(item);
  document.querySelector("#upload-list")?.append(item.card);
}

function addFiles(files: File[]): void {
  document.querySelector("#upload-complaints")?.replaceChildren();
  const sorted = sortFiles(files);
  const only = uploader?.dataset["replaces"] ? sorted.groups.slice(0, 1) : sorted.groups;
  for (const group of only) addGroup(group);
  for (const file of sorted.lonely) {
    const owner = items.find((item) => belongs(file.name, item.group.video.name));
    if (owner) owner.addSubtitles(file);
    else complain(`${file.name} has no video of the same name beside it. Drop both together, or add it on the video's edit page.`);
  }
  startNext();
}

function wireDrop(): void {
  let depth = 0;
  const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  const show = (isOver: boolean): void => void document.body.classList.toggle("is-dragging", isOver);
  addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) show(++depth > 0);
  });
  addEventListener("dragleave", () => show((depth = Math.max(0, depth - 1)) > 0));
  addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!event.dataTransfer || !carriesFiles(event)) return;
    event.preventDefault();
    show(false);
    depth = 0;
    void droppedFiles(event.dataTransfer).then(addFiles);
  });
}

async function discard(button: HTMLButtonElement): Promise<void> {
  const answer = await fetch(button.dataset["discard"] ?? "", {
    method: "DELETE",
    headers: { ...headers(), "Tus-Resumable": "1.0.0" },
  });
  if (answer.ok) button.closest("li")?.remove();
}

const input = document.querySelector<HTMLInputElement>("#file-input");
input?.addEventListener("change", () => {
  addFiles([...(input.files ?? [])]);
  input.value = "";
});
document.addEventListener("click", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>("button[data-discard]");
  if (button) void discard(button);
});
addEventListener("beforeunload", (event) => {
  if (items.some((item) => !item.isOver)) event.preventDefault();
});
wireDrop();
