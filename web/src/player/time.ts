// Seconds as people read and write them; the same forms as the server's `parse_timecode`.

export function formatTimecode(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export function spokenTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 3600), "hour"],
    [Math.floor(whole / 60) % 60, "minute"],
    [whole % 60, "second"],
  ];
  const words = parts.filter(([count]) => count).map(([count, name]) => `${count} ${name}${count === 1 ? "" : "s"}`);
  return words.join(" ") || "0 seconds";
}

const CLOCK = /^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:\.\d{1,6})?)$/;
const UNITS = /^(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6}(?:\.\d{1,6})?)s?)?$/;

// `75`, `75.5`, `1:15`, `0:01:15.5`, `1m15s`, `2h` → seconds; null for anything else.
export function parseTimecode(text: string): number | null {
  const given = text.trim().toLowerCase();
  const found = CLOCK.exec(given) ?? UNITS.exec(given);
  if (!found || !found.slice(1).some(Boolean)) return null;
  const [hours, minutes, seconds] = found.slice(1).map((part) => (part ? Number(part) : 0));
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}
