// Most replayed: tells the server which stretches were played, and draws what others watched most over the seek bar.
import type { Player } from "./player";

const LONGEST_STEP_SECONDS = 1.5; // between two looks while playing; more is a jump
const MOST_STRETCHES = 200;

/** Sends the stretches that were played when the page is left: sums alone are kept of them. */
export function wireWatched(video: HTMLVideoElement, id: string): void {
  let stretches: [number, number][] = [];
  let current: [number, number] | null = null;
  const look = (): void => {
    const now = video.currentTime;
    const isOn = current && now >= current[1] && now - current[1] < LONGEST_STEP_SECONDS * Math.max(1, video.playbackRate);
    if (isOn && current) current[1] = now;
    else if (!video.paused) stretches.push((current = [now, now]));
  };
  video.addEventListener("timeupdate", look);
  video.addEventListener("seeking", () => (current = null));
  const send = (): void => {
    look();
    const told = stretches.filter(([start, end]) => end - start > 0.2).slice(0, MOST_STRETCHES);
    stretches = [];
    current = null;
    if (!told.length) return;
    const body = new FormData();
    body.set("came_from", document.referrer);
    body.set("at", new URLSearchParams(location.search).get("t") ?? "");
    body.set("played", told.map(([start, end]) => `${start.toFixed(1)}-${end.toFixed(1)}`).join(","));
    navigator.sendBeacon(`/watch/${id}/watched`, body);
  };
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
}

/** Draws the curve when somebody first points at the seek bar; it is not fetched with the page. */
export function wireReplays(player: Player): void {
  const area = player.root.querySelector<HTMLElement>("[data-seek-area]")!;
  const curve = player.root.querySelector<SVGSVGElement>("[data-replays]");
  if (!curve) return;
  const load = async (): Promise<void> => {
    const answer = await fetch(`/watch/${player.data.id}/replays`).catch(() => null);
    const values = answer?.ok ? ((await answer.json()) as { curve: number[] }).curve : [];
    if (!values.length) return;
    curve.querySelector("path")!.setAttribute("d", pathOf(values));
    curve.removeAttribute("hidden");
    const most = (values.indexOf(Math.max(...values)) + 0.5) / values.length;
    area.dataset["most"] = String(most);
  };
  area.addEventListener("pointerenter", () => void load(), { once: true });
  const preview = area.querySelector<HTMLElement>("[data-preview-replayed]");
  area.addEventListener("pointermove", (event) => {
    const most = Number(area.dataset["most"] ?? -1);
    const box = area.getBoundingClientRect();
    if (preview) preview.hidden = most < 0 || Math.abs((event.clientX - box.left) / box.width - most) > 0.012;
  });
}

// A smooth line through the middles of the parts, in a box of 100 by 100 whose top is the most watched.
function pathOf(values: number[]): string {
  const step = 100 / values.length;
  const points = values.map((value, place) => [(place + 0.5) * step, 100 - 92 * value] as const);
  let path = `M0 100 L0 ${points[0]![1].toFixed(1)}`;
  for (let place = 1; place < points.length; place++) {
    const [x0, y0] = points[place - 1]!;
    const [x1, y1] = points[place]!;
    const middle = ((x0 + x1) / 2).toFixed(2);
    path += ` C${middle} ${y0.toFixed(1)} ${middle} ${y1.toFixed(1)} ${x1.toFixed(2)} ${y1.toFixed(1)}`;
  }
  return `${path} L100 ${points.at(-1)![1].toFixed(1)} L100 100Z`;
}
