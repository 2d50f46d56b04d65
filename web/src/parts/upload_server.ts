// What the uploader asks the server besides tus itself.
import type { DetailedError } from "tus-js-client";
import { t } from "./words";

export interface UploadStatus {
  received_bytes: number;
  size_bytes: number;
  video: { id: string; title: string; edit_url: string; stages_url: string } | null;
  error: string;
  waiting_for: string;
}

export interface Waiting {
  id: string;
  name: string;
  size_bytes: number;
  modified: string;
}

export function csrfToken(): string {
  return document.querySelector<HTMLInputElement>("#uploader input[name=csrfmiddlewaretoken]")?.value ?? "";
}

export function headers(): Record<string, string> {
  return { "X-CSRFToken": csrfToken(), Accept: "application/json" };
}

function sentence(body: string, fallback: string): string {
  try {
    const { error } = JSON.parse(body) as { error: { message: string; hint: string } };
    return [error.message, error.hint].filter(Boolean).join(". ").replace(/[.\s]*$/, ".").replace(/\.\./g, ".");
  } catch {
    return fallback;
  }
}

export function sentenceOf(error: Error | DetailedError): string {
  const response = "originalResponse" in error ? error.originalResponse : null;
  if (!response) return t("The server can't be reached. Check the connection, then try again.");
  return sentence(response.getBody(), `The server answered ${response.getStatus()}. Try again.`);
}

async function post(url: string, body: FormData, options: RequestInit = {}): Promise<void> {
  const response = await fetch(url, { method: "POST", headers: headers(), body, ...options });
  if (!response.ok) throw new Error(sentence(await response.text(), `The server answered ${response.status}.`));
}

export async function sendSubtitles(uploadUrl: string, file: File): Promise<void> {
  const body = new FormData();
  body.append("file", file);
  await post(`${uploadUrl}/sidecars`, body);
}

/** Send title and visibility; a page that is left meanwhile still sends them. */
export async function sendDetails(uploadUrl: string, title: string, visibility: string): Promise<void> {
  const body = new FormData();
  body.append("title", title);
  body.append("visibility", visibility);
  await post(`${uploadUrl}/details`, body, { keepalive: true });
}

export async function askStatus(uploadUrl: string): Promise<UploadStatus> {
  const response = await fetch(`${uploadUrl}/status`, { headers: headers() });
  if (!response.ok) throw new Error(sentence(await response.text(), `The server answered ${response.status}.`));
  return (await response.json()) as UploadStatus;
}

/** The unfinished uploads that the server wrote into the page. */
export function waitingUploads(): Waiting[] {
  return JSON.parse(document.querySelector("#waiting-uploads")?.textContent ?? "[]") as Waiting[];
}
