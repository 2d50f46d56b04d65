// Pausing the video where its thumbnail is to come from.
import { attach, type Source } from "./player/adapter";
import { clock } from "./studio_room/cues";

const video = document.querySelector<HTMLVideoElement>("[data-room-video]");
const field = document.querySelector<HTMLInputElement>("#frame-seconds");
if (video && field) {
  const room = JSON.parse(document.querySelector("#room-data")?.textContent ?? "{}") as { source: Source };
  void attach(video, room.source, 0, { onLevels: () => undefined, onFatal: () => undefined });
  const update = (): void => void (field.value = clock(video.currentTime));
  for (const name of ["pause", "seeked", "timeupdate"]) video.addEventListener(name, update);
}
