// Nothing typed is lost: each change goes to the server as a draft, and until it is there, into this browser.
import type { Cue, Cues } from "./cues";

export interface Kept {
  key: string;
  language: string;
  label: string;
  version: number;
  cues: Cue[];
}

export class Keeper {
  private timer = 0;
  private isSending = false;
  private isWaiting = false;
  private failures = 0;

  constructor(
    private readonly cues: Cues,
    private readonly addresses: { draft: string; save: string },
    private version: number,
    private readonly named: () => { language: string; label: string },
    private readonly token: string,
    private readonly say: (sentence: string, isBad?: boolean) => void,
    private readonly words: DOMStringMap,
  ) {}

  get place(): string {
    return `kinora-draft:${this.addresses.draft}`;
  }

  // What the browser kept because the server could not be reached; only a later state than the server's counts.
  rescued(): Cue[] | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.place) ?? "null") as { version: number; cues: Cue[] } | null;
      return kept && kept.version >= this.version ? kept.cues : null;
    } catch {
      return null;
    }
  }

  changed(): void {
    try {
      localStorage.setItem(this.place, JSON.stringify({ version: this.version, cues: this.cues.list }));
    } catch {
      // The browser's room is full or shut: the server's draft remains.
    }
    this.say(this.words["unsaved"] ?? "");
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), 900);
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    await this.send();
  }

  private body(): string {
    return JSON.stringify({ ...this.named(), version: this.version, cues: this.cues.list });
  }

  private async send(): Promise<void> {
    if (this.isSending) {
      this.isWaiting = true;
      return;
    }
    this.isSending = true;
    const sent = JSON.stringify(this.cues.list);
    try {
      const answer = await fetch(this.addresses.draft, { method: "PUT", headers: this.headers(), body: this.body() });
      const told = (await answer.json()) as { version?: number; error?: { message: string } };
      if (answer.ok && told.version) {
        this.version = told.version;
        this.failures = 0;
        if (JSON.stringify(this.cues.list) === sent) localStorage.removeItem(this.place);
        this.say(this.words["drafted"] ?? "");
      } else this.say(told.error?.message ?? this.words["failed"] ?? "", true);
    } catch {
      this.say(this.words["offline"] ?? "", true);
      this.timer = window.setTimeout(() => void this.send(), Math.min(60_000, 2000 * 2 ** this.failures++));
    } finally {
      this.isSending = false;
      if (this.isWaiting) {
        this.isWaiting = false;
        void this.send();
      }
    }
  }

  async save(): Promise<string | null> {
    await this.flush();
    const answer = await fetch(this.addresses.save, { method: "POST", headers: this.headers(), body: this.body() });
    const told = (await answer.json()) as { address?: string; error?: { message: string } };
    if (answer.ok && told.address) {
      localStorage.removeItem(this.place);
      this.version = 0;
      this.say(this.words["saved"] ?? "");
      return told.address;
    }
    this.say(told.error?.message ?? this.words["failed"] ?? "", true);
    return null;
  }

  async discard(): Promise<void> {
    clearTimeout(this.timer);
    localStorage.removeItem(this.place);
    await fetch(this.addresses.draft, { method: "DELETE", headers: this.headers() });
  }

  headers(): Record<string, string> {
    return { "Content-Type": "application/json", "X-CSRFToken": this.token };
  }
}
