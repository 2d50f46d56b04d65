// The thin layer between the player and whatever fetches its pictures: the file itself, hls.js, or the browser's own HLS.
// Nothing outside this file knows which of them it is.
import type Hls from "hls.js";
import { t } from "../parts/words";

export interface Source {
  kind: "" | "original" | "hls";
  src: string;
  type: string;
  signature: string;
}

export interface Level {
  height: number;
  bitrateBps: number;
}

export interface Attached {
  levels(): Level[]; // empty where there is nothing to choose
  playingHeight(): number; // 0: not known
  choose(height: number | null): void; // null: automatic
  destroy(): void;
}

export interface Listener {
  onLevels(): void;
  onFatal(sentence: string): void;
}

const NETWORK = t("The connection to the server broke.");
const UNPLAYABLE = t("This browser can't play this video.");

export async function attach(
  video: HTMLVideoElement,
  source: Source,
  startSeconds: number,
  listener: Listener,
): Promise<Attached> {
  if (source.kind === "hls") {
    const { default: Engine } = await import("hls.js");
    if (Engine.isSupported()) return attachHls(Engine, video, source, startSeconds, listener);
  }
  return attachNative(video, source, startSeconds, listener);
}

function attachNative(video: HTMLVideoElement, source: Source, startSeconds: number, listener: Listener): Attached {
  const fail = (): void => {
    const isNetwork = video.error?.code === MediaError.MEDIA_ERR_NETWORK;
    listener.onFatal(isNetwork ? NETWORK : UNPLAYABLE);
  };
  video.addEventListener("error", fail);
  // The page's own markup may have begun to load the same file; starting it again would waste that.
  const isLoading = video.currentSrc === new URL(source.src, location.href).href && !video.error;
  if (!isLoading) video.src = source.src;
  video.currentTime = startSeconds;
  return {
    levels: () => [],
    playingHeight: () => video.videoHeight,
    choose: () => undefined,
    destroy: () => video.removeEventListener("error", fail),
  };
}

function attachHls(
  Engine: typeof Hls,
  video: HTMLVideoElement,
  source: Source,
  startSeconds: number,
  listener: Listener,
): Attached {
  const hls = new Engine({
    startPosition: startSeconds,
    capLevelToPlayerSize: true,
    backBufferLength: 60,
    maxBufferLength: 30,
    enableWebVTT: false,
    enableIMSC1: false,
    enableCEA708Captions: false,
  });
  let recoveries = 0;
  hls.on(Engine.Events.MANIFEST_PARSED, () => listener.onLevels());
  hls.on(Engine.Events.LEVEL_SWITCHED, () => listener.onLevels());
  hls.on(Engine.Events.ERROR, (_event, data) => {
    if (!data.fatal) return;
    if (data.type === Engine.ErrorTypes.MEDIA_ERROR && recoveries++ < 2) hls.recoverMediaError();
    else listener.onFatal(data.type === Engine.ErrorTypes.NETWORK_ERROR ? NETWORK : UNPLAYABLE);
  });
  emptied(video);
  hls.loadSource(source.src);
  hls.attachMedia(video);
  return {
    levels: () => hls.levels.filter((level) => level.height).map((level) => ({ height: level.height, bitrateBps: level.bitrate })),
    playingHeight: () => hls.levels[hls.currentLevel]?.height ?? 0,
    choose: (height) => {
      hls.nextLevel = height === null ? -1 : levelOf(hls, height);
    },
    destroy: () => hls.destroy(),
  };
}

// The level of this height in the codec that plays now: H.264 and AV1 stand in one manifest.
function levelOf(hls: Hls, height: number): number {
  const family = (index: number): string => (hls.levels[index]?.videoCodec ?? "").slice(0, 4);
  const now = family(hls.currentLevel >= 0 ? hls.currentLevel : hls.firstLevel);
  const same = hls.levels.findIndex((level, index) => level.height === height && family(index) === now);
  return same >= 0 ? same : hls.levels.findIndex((level) => level.height === height);
}

// Takes away what the markup began to load by itself, which hls.js replaces.
function emptied(video: HTMLVideoElement): void {
  for (const child of video.querySelectorAll("source")) child.remove();
  video.removeAttribute("src");
}
