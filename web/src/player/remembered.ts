// Small choices of this browser: volume, speed, subtitles, theatre. Storage may be blocked; then nothing is remembered.

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`player.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`player.${name}`, value);
  } catch {
    // Not worth telling anybody.
  }
}
