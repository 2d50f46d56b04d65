// Subtitles, drawn by the page itself so that they keep clear of the controls and follow the page's type.
import type { TrackData } from "./data";
import { recall, remember } from "./remembered";

export class Captions {
  private chosen: HTMLTrackElement | null = null;
  private readonly draw = (): void => this.render();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly area: HTMLElement,
    private readonly tracks: TrackData[],
    private readonly onChange: (id: number | null) => void,
  ) {
    for (const track of video.textTracks) track.mode = "disabled";
    const language = recall("subtitles");
    const wanted = language ? tracks.find((track) => track.language === language || track.label === language) : undefined;
    if (wanted) this.choose(wanted.id);
  }

  get current(): number | null {
    return this.chosen ? Number(this.chosen.dataset["track"]) : null;
  }

  choose(id: number | null): void {
    if (this.chosen) {
      this.chosen.track.removeEventListener("cuechange", this.draw);
      this.chosen.track.mode = "disabled";
    }
    this.chosen = id === null ? null : this.video.querySelector<HTMLTrackElement>(`track[data-track="${id}"]`);
    if (this.chosen) {
      this.chosen.track.mode = "hidden"; // loaded and timed, but not drawn by the browser
      this.chosen.track.addEventListener("cuechange", this.draw);
    }
    const track = this.tracks.find((candidate) => candidate.id === id);
    remember("subtitles", track ? track.language || track.label : "");
    this.render();
    this.onChange(this.current);
  }

  toggle(): void {
    if (this.chosen) return this.choose(null);
    const own = navigator.language.split("-")[0];
    const wanted = this.tracks.find((track) => track.language.split("-")[0] === own) ?? this.tracks[0];
    if (wanted) this.choose(wanted.id);
  }

  private render(): void {
    const lines: HTMLElement[] = [];
    for (const cue of this.chosen?.track.activeCues ?? []) {
      const line = document.createElement("span");
      line.append((cue as VTTCue).getCueAsHTML());
      lines.push(line);
    }
    this.area.replaceChildren(...lines);
  }
}
