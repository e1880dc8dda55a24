/** More than this nobody looks through: another word finds sooner. */
const MOST_FOUND = 60;

/** What can be found: by its text, and by words that are not shown. */
export interface Findable {
  readonly text: string;
  readonly place?: string;
  /** The same text in English, which people also type. */
  readonly english: string;
}

/**
 * The entries in which every word of the query occurs, without regard to case and accents: those
 * whose text begins with it first, then those with it at the beginning of a word. In the order
 * given, where they are equal.
 */
export function find<T extends Findable>(entries: readonly T[], query: string): T[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const ranked = entries.flatMap((entry) => {
    const texts = [plain(entry.text), plain(entry.english)];
    const all = [...texts, plain(entry.place ?? "")].join("\n");
    if (!words.every((word) => all.includes(word))) return [];
    return { entry, rank: Math.min(...texts.map((text) => rankOf(text, words[0] ?? ""))) };
  });
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MOST_FOUND)
    .map(({ entry }) => entry);
}

function rankOf(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at < 0) return 3;
  if (at === 0) return 0;
  return /[\p{L}\p{N}]/u.test(text[at - 1] ?? "") ? 2 : 1;
}

/** Lower case, without accents; đ is a letter of its own, so Unicode takes nothing off it. */
function plain(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
}
