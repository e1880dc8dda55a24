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
 * A function that answers the entries in which every word of a query occurs, without regard to case
 * and accents: those whose text begins with it first, then those with it at the beginning of a word.
 * In the order given, where they are equal.
 */
export function createFinder<T extends Findable>(entries: readonly T[]): (query: string) => T[] {
  // Once for all keys that are pressed: a library may have thousands of images.
  const readied = entries.map((entry) => {
    const text = plain(entry.text);
    const texts = entry.english === entry.text ? [text] : [text, plain(entry.english)];
    return { entry, texts, all: [...texts, plain(entry.place ?? "")].join("\n") };
  });
  return (query) => {
    const words = plain(query).split(/\s+/).filter(Boolean);
    return readied
      .filter(({ all }) => words.every((word) => all.includes(word)))
      .map(({ entry, texts }) => ({
        entry,
        rank: Math.min(...texts.map((text) => rankOf(text, words[0] ?? ""))),
      }))
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, MOST_FOUND)
      .map(({ entry }) => entry);
  };
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
