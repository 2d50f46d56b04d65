// The Share dialog: a link to the video, to a second of it, or to a moment [start, end); and the code to embed it.
import type { Player } from "../player/player";
import { formatTimecode, parseTimecode } from "../player/time";
import { t } from "../parts/words";

interface Chosen {
  start: number | null;
  end: number | null;
}

export interface Share {
  open(): void;
  mark(which: "start" | "end"): string; // while watching; returns what to say
}

export function wireShare(player: Player): Share {
  let isMarked = false; // a person chose times on this page: they stay when the dialog is opened again
  const dialog = document.querySelector<HTMLDialogElement>("#share-dialog")!;
  const part = <T extends HTMLElement>(selector: string): T => dialog.querySelector<T>(selector)!;
  const [from, until] = [part<HTMLInputElement>("[data-share-from]"), part<HTMLInputElement>("[data-share-until]")];
  const [start, end] = [part<HTMLInputElement>("[data-share-start]"), part<HTMLInputElement>("[data-share-end]")];
  const draw = (): void => {
    const chosen = { start: from.checked ? parseTimecode(start.value) : null, end: until.checked ? parseTimecode(end.value) : null };
    const fault = faultOf(chosen, from.checked, until.checked, player.duration);
    part("[data-share-say]").textContent = fault || sentenceOf(chosen);
    part("[data-share-say]").classList.toggle("stage-error", Boolean(fault));
    for (const field of [start, end]) field.setAttribute("aria-invalid", String(Boolean(fault)));
    const query = fault ? "" : queryOf(chosen);
    part<HTMLInputElement>("[data-share-link]").value = `${location.origin}/watch/${player.data.id}${query}`;
    const code = dialog.querySelector<HTMLTextAreaElement>("[data-share-code]");
    if (code) code.value = codeOf(`${location.origin}/embed/${player.data.id}${query}`, player.data.title);
    for (const button of dialog.querySelectorAll("button[data-copy]")) button.textContent = t("Copy");
  };
  for (const [box, field] of [[from, start], [until, end]] as const) {
    box.addEventListener("change", draw);
    field.addEventListener("input", () => {
      box.checked = Boolean(field.value.trim());
      isMarked = true;
      draw();
    });
  }
  dialog.addEventListener("click", (event) => {
    const which = (event.target as HTMLElement).closest<HTMLElement>("[data-share-now]")?.dataset["shareNow"];
    if (!which) return;
    (which === "start" ? start : end).value = shown(player.now);
    (which === "start" ? from : until).checked = isMarked = true;
    draw();
  });
  const show = (): void => {
    draw();
    dialog.showModal();
    part<HTMLInputElement>("[data-share-link]").select();
  };
  const mark = (which: "start" | "end"): string => {
    if (!isMarked) from.checked = until.checked = false;
    isMarked = true;
    (which === "start" ? start : end).value = shown(player.now);
    (which === "start" ? from : until).checked = true;
    if (which === "start") return t("Clip begins at {time}. Press ] where it ends.", { time: start.value });
    player.video.pause();
    show();
    return "";
  };
  const open = (): void => {
    if (isMarked) return show();
    const clip = player.data.endSeconds;
    from.checked = until.checked = clip !== null;
    start.value = shown(clip === null ? player.now : player.data.startSeconds);
    end.value = shown(clip ?? Math.min(player.duration, player.now + 15));
    show();
  };
  return { open, mark };
}

// Whole seconds where that is what they are, tenths where a person chose them.
function shown(seconds: number): string {
  const tenths = Math.floor(seconds * 10 + 1e-6) / 10;
  const rest = Math.round((tenths % 1) * 10);
  return formatTimecode(tenths) + (rest ? `.${rest}` : "");
}

function faultOf({ start, end }: Chosen, hasStart: boolean, hasEnd: boolean, duration: number): string {
  if ((hasStart && start === null) || (hasEnd && end === null)) return t("A time is written as 75, 1:15 or 1m15s.");
  if ((start ?? 0) >= duration) return `The video ends at ${formatTimecode(duration)}.`;
  if (end !== null && end <= (start ?? 0)) return t("The end comes before the start.");
  if (end !== null && end > duration + 0.05) return `The video ends at ${formatTimecode(duration)}.`;
  return "";
}

function sentenceOf({ start, end }: Chosen): string {
  if (end !== null) return `Plays ${shown(start ?? 0)} to ${shown(end)} and stops.`;
  return start ? t("Begins at {time}.", { time: shown(start) }) : "";
}

function queryOf({ start, end }: Chosen): string {
  const short = (seconds: number): string => String(Math.round(seconds * 100) / 100);
  if (end !== null) return `?t=${short(start ?? 0)}&end=${short(end)}`;
  return start ? `?t=${short(start)}` : "";
}

function codeOf(address: string, title: string): string {
  const frame = document.createElement("iframe");
  const attributes: [string, string][] = [
    ["src", address], ["title", title], ["width", "640"], ["height", "360"], ["loading", "lazy"],
    ["allow", "fullscreen; picture-in-picture; autoplay"], ["allowfullscreen", ""],
  ];
  for (const [name, value] of attributes) frame.setAttribute(name, value);
  return frame.outerHTML;
}
