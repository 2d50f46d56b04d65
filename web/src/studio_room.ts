// The editing room: the video, its sound wave, its subtitles and its chapters.
import { attach, type Source } from "./player/adapter";
import { clock, Cues, seconds, type Cue } from "./studio_room/cues";
import { Keeper } from "./studio_room/keeping";
import { CueList } from "./studio_room/list";
import { Wave } from "./studio_room/wave";

interface Room {
  key: string;
  language: string;
  label: string;
  version: number;
  is_draft: boolean;
  cues: Cue[];
  source: Source;
  durationSeconds: number;
  chapters: { start: number; title: string }[];
  peaksPerSecond: number;
  addresses: { draft: string; save: string; parse: string; peaks: string; chapters: string };
}

const find = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;

function main(): void {
  const room = JSON.parse(find("#room-data").textContent ?? "{}") as Room;
  const video = find<HTMLVideoElement>("[data-room-video]");
  const token = find<HTMLInputElement>("[name=csrfmiddlewaretoken]").value;
  const status = find("[data-room-status]");
  const say = (sentence: string, isBad = false): void => {
    status.textContent = sentence;
    status.classList.toggle("is-bad", isBad);
  };
  const cues = new Cues(room.cues);
  const named = (): { language: string; label: string } => ({
    language: find<HTMLInputElement>("#room-language").value,
    label: find<HTMLInputElement>("#room-label").value,
  });
  const keeper = new Keeper(cues, room.addresses, room.version, named, token, say, status.dataset);
  const rescued = keeper.rescued();
  if (rescued && JSON.stringify(rescued) !== JSON.stringify(cues.list)) cues.takeIn(rescued);
  const seek = (at: number): void => void (video.currentTime = Math.min(Math.max(0, at), room.durationSeconds || at));
  const list = new CueList(find("[data-cue-list]"), find<HTMLTemplateElement>("#cue-row"), cues, seek);
  const wave = new Wave(find<HTMLCanvasElement>("[data-wave]"), cues, video, room.peaksPerSecond, room.durationSeconds);
  cues.addEventListener("changed", () => keeper.changed());
  if (rescued) keeper.changed();
  for (const id of ["#room-language", "#room-label"]) find(id).addEventListener("input", () => keeper.changed());
  if (room.source.kind) void attach(video, room.source, 0, { onLevels: () => undefined, onFatal: (sentence) => say(sentence, true) });
  wireCaption(video, cues);
  wireTools(cues, list, video, keeper, room, token, say);
  wireKeys(cues, list, video, keeper, seek);
  wireChapters(room, video, keeper, say);
  void fetchPeaks(room.addresses.peaks, wave);
}

function wireCaption(video: HTMLVideoElement, cues: Cues): void {
  const line = find("[data-room-caption]");
  const update = (): void => {
    const cue = cues.list[cues.at(video.currentTime)];
    line.textContent = cue?.text ?? "";
    if (!cue || video.paused) return;
    const index = cues.list.indexOf(cue);
    if (index !== cues.current && !document.activeElement?.closest("[data-cue]")) cues.choose(index);
  };
  for (const name of ["timeupdate", "seeked"]) video.addEventListener(name, update);
  cues.addEventListener("changed", update);
}

async function fetchPeaks(address: string, wave: Wave): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(address);
    if (answer.status === 200) {
      wave.show(new Uint8Array(await answer.arrayBuffer()));
      find("[data-wave-note]").hidden = true;
      return;
    }
    if (answer.status !== 202) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const note = find("[data-wave-note]");
  note.textContent = note.dataset["none"] ?? "";
}

type Say = (sentence: string, isBad?: boolean) => void;

function wireTools(cues: Cues, list: CueList, video: HTMLVideoElement, keeper: Keeper, room: Room, token: string, say: Say): void {
  const actions: Record<string, () => void> = {
    add: () => { cues.add(video.currentTime); list.write(); },
    undo: () => void cues.undo(),
    redo: () => void cues.redo(),
    save: () => void save(keeper),
    discard: () => void discard(keeper),
    shift: () => {
      const by = Number(find<HTMLInputElement>("#shift-by").value.replace(",", "."));
      if (Number.isFinite(by) && by) cues.shift(by);
    },
    replace: () => {
      const count = cues.replaceAll(find<HTMLInputElement>("#replace-what").value, find<HTMLInputElement>("#replace-with").value);
      find("[data-replaced]").textContent = String(count);
      find("[data-replaced-line]").hidden = false;
    },
    next: () => findNext(cues, list),
  };
  document.addEventListener("click", (event) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>("[data-tool]")?.dataset["tool"];
    if (name) actions[name]?.();
  });
  find<HTMLInputElement>("#import-file").addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file) void takeIn(file, room.addresses.parse, token, cues, say);
    field.value = "";
  });
}

function findNext(cues: Cues, list: CueList): void {
  const wanted = find<HTMLInputElement>("#replace-what").value.toLowerCase();
  if (!wanted) return;
  const order = [...cues.list.keys()].map((n) => (n + cues.current + 1) % cues.list.length);
  const index = order.find((n) => cues.list[n]?.text.toLowerCase().includes(wanted));
  if (index !== undefined) { cues.choose(index); list.mark(); }
}

async function save(keeper: Keeper): Promise<void> {
  const address = await keeper.save();
  if (address && address !== location.pathname) location.assign(address);
}

async function discard(keeper: Keeper): Promise<void> {
  if (!confirm(find("[data-tool=discard]").dataset["question"] ?? "")) return;
  await keeper.discard();
  location.reload();
}

async function takeIn(file: File, address: string, token: string, cues: Cues, say: Say): Promise<void> {
  const body = new FormData();
  body.set("file", file);
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body });
  const told = (await answer.json()) as { cues?: Cue[]; error?: { message: string } };
  if (told.cues) cues.takeIn(told.cues);
  else say(told.error?.message ?? "", true);
}

function wireKeys(cues: Cues, list: CueList, video: HTMLVideoElement, keeper: Keeper, seek: (at: number) => void): void {
  const toggle = (): void => void (video.paused ? video.play() : video.pause());
  const step = (by: number): void => {
    cues.choose(cues.current + by);
    seek(cues.list[cues.current]?.start ?? 0);
    list.write();
  };
  const mark = (): number => {
    const area = document.activeElement;
    return area instanceof HTMLTextAreaElement ? area.selectionStart : 0;
  };
  const edge = (isStart: boolean): void => {
    const cue = cues.list[cues.current];
    const now = video.currentTime;
    if (cue && (isStart ? now < cue.end : now > cue.start)) cues.setTimes(cues.current, isStart ? now : cue.start, isStart ? cue.end : now);
  };
  const withAlt: Record<string, () => void> = {
    Enter: () => cues.split(cues.current, mark()),
    KeyM: () => cues.merge(cues.current),
    KeyN: () => { cues.add(video.currentTime); list.write(); },
    Delete: () => cues.remove(cues.current),
    BracketLeft: () => edge(true),
    BracketRight: () => edge(false),
    ArrowUp: () => step(-1),
    ArrowDown: () => step(1),
    Space: toggle,
    ArrowLeft: () => seek(video.currentTime - 1),
    ArrowRight: () => seek(video.currentTime + 1),
  };
  const withControl: Record<string, (event: KeyboardEvent) => void> = {
    KeyZ: (event) => void (event.shiftKey ? cues.redo() : cues.undo()),
    KeyY: () => void cues.redo(),
    KeyS: () => void save(keeper),
  };
  document.addEventListener("keydown", (event) => {
    const inCue = event.target instanceof HTMLElement && event.target.closest("[data-cue]");
    const isField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.altKey && !event.ctrlKey && withAlt[event.code]) withAlt[event.code]!();
    else if ((event.ctrlKey || event.metaKey) && withControl[event.code] && (inCue || !isField || event.code === "KeyS")) withControl[event.code]!(event);
    else if (event.code === "Space" && !isField && !(event.target as HTMLElement).closest("button, a, video, summary")) toggle();
    else return;
    event.preventDefault();
  });
}

function wireChapters(room: Room, video: HTMLVideoElement, keeper: Keeper, say: Say): void {
  const box = find("[data-chapter-list]");
  const template = find<HTMLTemplateElement>("#chapter-row");
  const add = (start: number, title: string): HTMLElement => {
    box.append(template.content.cloneNode(true));
    const row = box.lastElementChild as HTMLElement;
    const [time, name] = row.querySelectorAll("input");
    time!.value = clock(start);
    name!.value = title;
    return row;
  };
  for (const chapter of room.chapters) add(chapter.start, chapter.title);
  const store = async (): Promise<void> => {
    const chapters = [...box.children].map((row) => {
      const [time, name] = row.querySelectorAll("input");
      return { start: seconds(time!.value), title: name!.value };
    });
    const answer = await fetch(room.addresses.chapters, { method: "PUT", headers: keeper.headers(), body: JSON.stringify({ chapters }) });
    const told = (await answer.json()) as { error?: { message: string } };
    say(told.error?.message ?? box.dataset["saved"] ?? "", Boolean(told.error));
  };
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-chapter]");
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-chapter-line]");
    if (button?.dataset["chapter"] === "add") add(video.currentTime, "").querySelectorAll("input")[1]?.focus();
    if (button?.dataset["chapter"] === "save") void store();
    if (button?.dataset["chapter"] === "remove") row?.remove();
    if (button?.dataset["chapter"] === "seek" && row) video.currentTime = seconds(row.querySelector("input")!.value) ?? 0;
  });
}

main();
