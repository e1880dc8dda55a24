import type { Random } from "../helpers/seed";
import type { Region } from "./corpus";
import type { Draft } from "./draft";
import { hostileNames } from "./names";

/** Numbers that a text may hold, as they are written. */
const numbers = [
  "0",
  "-1",
  "1",
  "007",
  "4294967295",
  "4294967296",
  "9007199254740991",
  "9007199254740993",
  "9223372036854775807",
  "18446744073709551616",
  "99999999999999999999999999999999",
  "1e308",
  "0x10",
  "NaN",
  "",
];

/** Changes lines, numbers, names and tags of a text, which keeps its length in the file. */
export function changeText(draft: Draft, { at, length }: Region, random: Random): void {
  const text = Buffer.from(draft.bytes.subarray(at, at + length)).toString("latin1");
  const changed = Buffer.from(change(text, random), "latin1");
  // What a shorter text leaves free are zeros, or blanks, which some readers end at and others not.
  const fill = random.pick([0, 10, 32]);
  const whole = Buffer.alloc(length, fill);
  whole.set(changed.subarray(0, length));
  draft.set(at, whole);
}

function change(text: string, random: Random): string {
  const lines = text.split("\n");
  const line = random.between(0, lines.length);
  switch (random.between(0, 8)) {
    case 0:
      return lines.toSpliced(line, 1).join("\n");
    case 1:
      return lines.toSpliced(line, 0, ...repeated(lines[line] ?? "", random)).join("\n");
    case 2:
      return replaceOne(text, /\d+/g, random.pick(numbers), random);
    case 3:
      return replaceOne(text, /\d+/g, random.pick(numbers), random);
    case 4:
      return replaceOne(text, /"[^"\n]*"/g, `"${random.pick(hostileNames)}"`, random);
    case 5:
      return replaceOne(text, />[^<>\n]*</g, `>${random.pick(hostileNames)}<`, random);
    case 6:
      return replaceOne(
        text,
        /<[^<>]*>/g,
        random.pick(tags).repeat(random.pick([1, 2000])),
        random,
      );
    default: {
      const from = random.between(0, text.length + 1);
      return text.slice(0, from) + text.slice(from + random.between(1, 40));
    }
  }
}

const tags = ["<a>", "</a>", "<", "<!--", "<![CDATA[", "<!DOCTYPE a [", "&amp;", "<a/>", "]]>"];

const repeated = (line: string, random: Random): string[] =>
  Array.from({ length: random.pick([1, 2, 500]) }, () => line);

/** Replaces one of what matches; nothing, where nothing does. */
function replaceOne(text: string, pattern: RegExp, by: string, random: Random): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { index, 0: old } = random.pick(found);
  return text.slice(0, index) + by + text.slice(index + old.length);
}
