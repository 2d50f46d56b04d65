// Scrub thumbnails: which part of which sprite sheet shows which second (WebVTT with #xywh).

interface Tile {
  start: number;
  end: number;
  sheet: string;
  box: [number, number, number, number];
}

const TIMING = /^(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})/;
const PLACE = /^(sprite-\d+\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)$/;

export class Scrub {
  private tiles: Tile[] = [];
  private asked = false;

  constructor(private readonly address: string) {}

  // Fetched when somebody first points at the seek bar, not with the page; true when it has just come.
  async load(): Promise<boolean> {
    if (this.asked || !this.address) return false;
    this.asked = true;
    const response = await fetch(this.address).catch(() => null);
    if (response?.ok) this.tiles = parseScrub(await response.text(), this.address.replace(/[^/]*$/, ""));
    return this.tiles.length > 0;
  }

  // Paints the thumbnail of a second into `target`; false when there is none.
  paint(target: HTMLElement, seconds: number, width: number): boolean {
    const tile = this.tiles.findLast((candidate) => candidate.start <= seconds) ?? this.tiles[0];
    if (!tile) return false;
    const [left, top, tileWidth, tileHeight] = tile.box;
    const scale = width / Math.max(tileWidth, tileHeight * 1.2);
    target.style.width = `${tileWidth}px`;
    target.style.height = `${tileHeight}px`;
    target.style.zoom = String(scale);
    target.style.backgroundImage = `url("${tile.sheet}")`;
    target.style.backgroundPosition = `-${left}px -${top}px`;
    return true;
  }
}

export function parseScrub(text: string, folder: string): Tile[] {
  const lines = text.split(/\r?\n/);
  const tiles: Tile[] = [];
  lines.forEach((line, place) => {
    const times = TIMING.exec(line)?.slice(1).map(Number);
    const found = PLACE.exec(lines[place + 1] ?? "");
    if (!times || !found) return;
    const [h1 = 0, m1 = 0, s1 = 0, h2 = 0, m2 = 0, s2 = 0] = times;
    const [left = 0, top = 0, width = 0, height = 0] = found.slice(2).map(Number);
    tiles.push({
      start: h1 * 3600 + m1 * 60 + s1,
      end: h2 * 3600 + m2 * 60 + s2,
      sheet: folder + (found[1] ?? ""),
      box: [left, top, width, height],
    });
  });
  return tiles;
}
