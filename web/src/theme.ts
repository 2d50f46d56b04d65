// Runs before the first paint: puts the person's choice of dark or light on <html>, so nothing flashes.
{
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage may be blocked; the system's scheme then counts.
  }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset["theme"] = chosen;
}
