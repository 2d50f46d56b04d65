// What the server tells the player, see `player_data` in playing.py.
import type { Source } from "./adapter";

export interface ChapterData {
  start: number;
  end: number;
  title: string;
}

export interface TrackData {
  id: number;
  language: string;
  label: string;
}

export interface PlayerData {
  id: string;
  title: string;
  durationSeconds: number;
  frameRate: number;
  source: Source;
  scrub: string;
  chapters: ChapterData[];
  tracks: TrackData[];
  startSeconds: number;
  isStartAsked: boolean;
  resumeSeconds: number | null;
  endSeconds: number | null; // of a shared moment; then startSeconds is its start
}

export function readPlayerData(): PlayerData {
  return JSON.parse(document.getElementById("player-data")?.textContent ?? "{}") as PlayerData;
}
