// Seconds as people read and write them; the same forms as the server's `parse_timecode`.
import { t } from "../parts/words";

export function formatTimecode(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export function spokenTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const words = [
    hours === 1 ? t("1 hour") : hours && t("{count} hours", { count: hours }),
    minutes === 1 ? t("1 minute") : minutes && t("{count} minutes", { count: minutes }),
    rest === 1 ? t("1 second") : rest && t("{count} seconds", { count: rest }),
  ];
  return words.filter(Boolean).join(" ") || t("{count} seconds", { count: 0 });
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
