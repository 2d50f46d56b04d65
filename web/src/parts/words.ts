// What scripts say, in the page's language: pages that are not English carry the words as JSON, by the English ones.
let words: Record<string, string> | undefined;

function known(): Record<string, string> {
  const carried = document.getElementById("script-words")?.textContent;
  return (words ??= carried ? (JSON.parse(carried) as Record<string, string>) : {});
}

/** The sentence in the page's language; `{name}` stands for a value. */
export function t(sentence: string, values: Record<string, string | number> = {}): string {
  return (known()[sentence] ?? sentence).replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
