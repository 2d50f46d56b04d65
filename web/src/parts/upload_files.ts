// What was dropped or chosen: videos, each with the subtitle files of the same stem, and subtitle files left over.
const SUBTITLES = /\.(srt|vtt|ass|ssa|ttml|dfxp)$/i;

export interface Group {
  video: File;
  subtitles: File[];
}

export interface Sorted {
  groups: Group[];
  lonely: File[];
}

export function isSubtitles(file: File): boolean {
  return SUBTITLES.test(file.name);
}

function stem(name: string): string {
  return name.replace(/\.[^.]+$/, "").toLowerCase();
}

/** Whether `film.srt`, `film.en.srt` or `film_captions_en.vtt` lies beside `film.mp4`. */
export function belongs(subtitles: string, video: string): boolean {
  const long = stem(subtitles);
  const short = stem(video);
  return long === short || (short !== "" && long.startsWith(short) && /[._ -]/.test(long.charAt(short.length)));
}

/** Whether `film.en.srt` lies beside `film_480p.mp4`, where no video is called `film`. */
function nearlyBelongs(subtitles: string, video: string): boolean {
  const base = stem(subtitles).replace(/[._-][a-z]{2,3}(-[a-z0-9]{2,8})?$/, "");
  return belongs(video, base);
}

function videoOf(subtitles: File, groups: Group[]): Group | undefined {
  const exact = groups.filter((group) => belongs(subtitles.name, group.video.name));
  exact.sort((a, b) => b.video.name.length - a.video.name.length);
  const near = groups.filter((group) => nearlyBelongs(subtitles.name, group.video.name));
  return exact[0] ?? (near.length === 1 ? near[0] : undefined);
}

export function sortFiles(files: File[]): Sorted {
  const groups: Group[] = files.filter((file) => !isSubtitles(file)).map((video) => ({ video, subtitles: [] }));
  const lonely: File[] = [];
  for (const file of files.filter(isSubtitles)) {
    (videoOf(file, groups)?.subtitles ?? lonely).push(file);
  }
  return { groups, lonely };
}

async function filesOfEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return new Promise((resolve) => (entry as FileSystemFileEntry).file((file) => resolve([file]), () => resolve([])));
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (entries.length === 0) return found;
    for (const inner of entries) if (!inner.name.startsWith(".")) found.push(...(await filesOfEntry(inner)));
  }
}

/** The files of a drop, folders opened. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}
