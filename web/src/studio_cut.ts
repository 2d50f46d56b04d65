// Marking the stretches to keep where the video stands.
import { attach, type Source } from "./player/adapter";
import { clock } from "./studio_room/cues";

const video = document.querySelector<HTMLVideoElement>("[data-room-video]");
const keep = document.querySelector<HTMLTextAreaElement>("#cut-keep");
if (video && keep) {
  const room = JSON.parse(document.querySelector("#room-data")?.textContent ?? "{}") as { source: Source };
  if (room.source.kind) void attach(video, room.source, 0, { onLevels: () => undefined, onFatal: () => undefined });
  document.addEventListener("click", (event) => {
    const what = (event.target as HTMLElement).closest<HTMLElement>("[data-cut]")?.dataset["cut"];
    if (!what) return;
    const lines = keep.value.split("\n").filter((line) => line.trim());
    const now = clock(video.currentTime);
    const last = lines.at(-1);
    const isOpen = last !== undefined && /^\s*\S+\s*-\s*$/.test(last);
    if (what === "start") {
      if (isOpen) lines.pop();
      lines.push(`${now} - `);
    } else if (isOpen) lines.push(`${lines.pop()?.trim()} ${now}`);
    else lines.push(`0:00.000 - ${now}`);
    keep.value = lines.join("\n");
  });
}
