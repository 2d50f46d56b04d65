// One file on its way: its card, its tus upload, and what becomes of it.
import * as tus from "tus-js-client";
import "./htmx_window";
import type { Group } from "./upload_files";
import { askStatus, headers, sendDetails, sendSubtitles, sentenceOf, waitingUploads } from "./upload_server";
import { t } from "./words";

// A killed server is back within these; each byte that arrives starts the row again.
const RETRY_MS = [300, 700, 1500, 3000, 5000, 8000, 12000, 20000, 30000, 30000, 60000, 60000, 120000, 120000];
const FINAL = [400, 401, 403, 413, 422, 507];

function part<T extends HTMLElement>(card: HTMLElement, name: string): T {
  return card.querySelector(`[data-part="${name}"]`) as T;
}

function readableBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power > 1 ? 1 : 0)} ${units[power]}`;
}

export class UploadItem {
  readonly card: HTMLElement;
  isOver = false;
  private readonly upload: tus.Upload;
  private detailsTimer = 0; // 0: nothing typed waits to be sent
  private lastSave: Promise<void> = Promise.resolve();
  private beganAt = 0;
  private beganBytes = -1;

  constructor(
    readonly group: Group,
    template: HTMLTemplateElement,
    private readonly onOver: () => void,
    replaces = "",
  ) {
    this.card = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.upload = new tus.Upload(group.video, {
      endpoint: "/uploads/",
      headers: headers(),
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      metadata: { filename: group.video.name, modified: String(group.video.lastModified), replaces },
      onUploadUrlAvailable: () => void this.begun(),
      onProgress: (sent, total) => this.progress(sent, total),
      onShouldRetry: (error) => this.shouldRetry(error),
      onError: (error) => this.failed(sentenceOf(error)),
      onSuccess: () => void this.arrived(),
    });
    this.fill();
  }

  private fill(): void {
    const { video } = this.group;
    part(this.card, "name").textContent = video.name;
    part(this.card, "size").textContent = readableBytes(video.size);
    part<HTMLInputElement>(this.card, "title").placeholder = video.name.replace(/\.[^.]+$/, "");
    for (const label of this.card.querySelectorAll<HTMLElement>("[data-label]")) {
      label.setAttribute("aria-label", t("{part} of {name}", { part: label.dataset["label"] ?? "", name: video.name }));
    }
    part(this.card, "cancel").addEventListener("click", () => void this.cancel());
    part(this.card, "retry").addEventListener("click", () => this.retry());
    for (const name of ["title", "visibility"]) {
      part(this.card, name).addEventListener("input", () => this.detailsChanged());
    }
    addEventListener("pagehide", () => this.detailsTimer && this.upload.url && void this.sendTyped(this.upload.url));
    this.say(t("Waiting for its turn"), "waiting");
    for (const file of this.group.subtitles) this.showSubtitles(file, "");
  }

  async start(): Promise<void> {
    this.say(t("Beginning"), "busy");
    const previous = await this.upload.findPreviousUploads();
    const known = waitingUploads().find(
      ({ name, size_bytes, modified }) =>
        name === this.group.video.name && size_bytes === this.group.video.size && modified === String(this.group.video.lastModified),
    );
    if (previous[0]) this.upload.resumeFromPreviousUpload(previous[0]);
    else if (known) this.upload.options.uploadUrl = `/uploads/${known.id}`;
    this.upload.options.metadata = { ...this.upload.options.metadata, ...this.details() };
    this.upload.start();
  }

  addSubtitles(file: File): void {
    this.group.subtitles.push(file);
    this.showSubtitles(file, "");
    if (this.upload.url) void this.sendSubtitles(file);
  }

  private details(): { title: string; visibility: string } {
    return {
      title: part<HTMLInputElement>(this.card, "title").value.trim(),
      visibility: part<HTMLSelectElement>(this.card, "visibility").value,
    };
  }

  private detailsChanged(): void {
    clearTimeout(this.detailsTimer);
    part(this.card, "saved").textContent = this.upload.url ? t("Saving…") : "";
    this.detailsTimer = window.setTimeout(() => this.saveDetails(), 400);
  }

  /** Send what is typed, once what was sent before has arrived. */
  private saveDetails(): void {
    clearTimeout(this.detailsTimer);
    this.detailsTimer = 0;
    if (this.upload.url) this.lastSave = this.lastSave.then(() => this.sendTyped(this.upload.url ?? ""));
  }

  private async sendTyped(url: string): Promise<void> {
    const { title, visibility } = this.details();
    const outcome = await sendDetails(url, title, visibility).then(() => t("Saved"), (error: Error) => error.message);
    if (!this.detailsTimer) part(this.card, "saved").textContent = outcome;
  }

  private async begun(): Promise<void> {
    // A resumed upload keeps what was typed now, too.
    if (this.details().title || this.details().visibility !== "private") this.saveDetails();
    for (const file of this.group.subtitles) await this.sendSubtitles(file);
  }

  private async sendSubtitles(file: File): Promise<void> {
    try {
      await sendSubtitles(this.upload.url ?? "", file);
      this.showSubtitles(file, "added");
    } catch (error) {
      this.showSubtitles(file, (error as Error).message);
    }
  }

  private showSubtitles(file: File, outcome: string): void {
    const list = part(this.card, "subtitles");
    const key = `${file.name}:${file.size}`;
    const line = [...list.children].find((child) => (child as HTMLElement).dataset["key"] === key) ?? document.createElement("li");
    (line as HTMLElement).dataset["key"] = key;
    line.className = outcome && outcome !== "added" ? "small stage-error" : "small muted";
    line.textContent = `${t("Subtitles {name}", { name: file.name })}${outcome ? `: ${outcome}` : ""}`;
    list.append(line);
  }

  private progress(sent: number, total: number): void {
    if (this.beganBytes < 0) [this.beganBytes, this.beganAt] = [sent, performance.now()];
    const bar = part<HTMLProgressElement>(this.card, "progress");
    bar.value = total ? sent / total : 0;
    const seconds = (performance.now() - this.beganAt) / 1000;
    const speed = seconds > 1 ? (sent - this.beganBytes) / seconds : 0;
    const left = speed > 0 ? Math.ceil((total - sent) / speed) : 0;
    const wait = left > 90 ? t(", about {number} minutes left", { number: Math.ceil(left / 60) }) : left > 0 ? t(", about {number} s left", { number: left }) : "";
    this.say(t("{part} of {name}", { part: readableBytes(sent), name: readableBytes(total) }) + wait, "busy");
  }

  private shouldRetry(error: tus.DetailedError): boolean {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (FINAL.includes(status)) return false;
    this.beganBytes = -1;
    this.say(t("The connection was lost. Trying again by itself"), "busy");
    return true;
  }

  private async arrived(): Promise<void> {
    part<HTMLProgressElement>(this.card, "progress").value = 1;
    this.say(t("Received. Checking"), "busy");
    const url = this.upload.url ?? "";
    for (let wait = 150; ; wait = Math.min(2000, wait * 1.4)) {
      const status = await askStatus(url).catch(() => null);
      if (status?.error) return this.failed(status.error, false);
      if (status?.video) return this.entered(status.video);
      if (status?.waiting_for) this.say(status.waiting_for, "busy");
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  private entered(video: { id: string; edit_url: string; stages_url: string }): void {
    this.over(t("Received"), "done");
    part(this.card, "progress").hidden = true;
    const edit = part<HTMLAnchorElement>(this.card, "edit");
    edit.href = video.edit_url;
    edit.hidden = false;
    part(this.card, "cancel").hidden = true;
    void window.htmx.ajax("get", video.stages_url, { target: part(this.card, "stages"), swap: "innerHTML" });
  }

  private failed(text: string, mayRetry = true): void {
    this.over(text, "failed");
    part(this.card, "retry").hidden = !mayRetry;
    part(this.card, "cancel").textContent = t("Remove");
  }

  private retry(): void {
    this.isOver = false;
    this.beganBytes = -1;
    part(this.card, "retry").hidden = true;
    part(this.card, "cancel").textContent = t("Cancel");
    this.say(t("Beginning"), "busy");
    this.upload.options.headers = headers();
    this.upload.start();
  }

  private async cancel(): Promise<void> {
    await this.upload.abort(true).catch(() => undefined);
    this.over(t("Cancelled"), "cancelled");
    this.card.remove();
  }

  private over(text: string, state: string): void {
    this.isOver = true;
    this.say(text, state);
    this.onOver();
  }

  private say(text: string, state: string): void {
    this.card.dataset["state"] = state;
    part(this.card, "status").textContent = text;
  }
}
