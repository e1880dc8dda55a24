import { ImageError, type ImageErrorDetail } from "../errors";

/** An element of a document. */
export interface XmlElement {
  readonly name: string;
  /** Values by name; of two of one name the last. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** What stands in it outside its children. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Elements within elements, and elements altogether. */
const deepest = 64;
const mostElements = 2 ** 16;

// At most so many attributes: a regular expression cannot take any number without a deep stack.
const startTag = /<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*')){0,64})\s*(\/?)>/y;
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const endTag = /<\/([\w:.-]+)\s*>/y;

/** What stands between these is no element: comments, processing instructions. */
const skipped = [
  ["<!--", "-->"],
  ["<?", "?>"],
] as const;
const characterData = ["<![CDATA[", "]]>"] as const;

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/**
 * Parses the part of XML that programs write as data: elements, text, comments. A document type, which
 * could define entities, is refused.
 * @param file The file it comes from, for errors.
 * @throws ImageError `invalid-header`, `limit` (elements).
 */
export function parseXml(file: string, document: string): XmlElement {
  const open: OpenElement[] = [{ name: "", attributes: new Map(), children: [], text: "" }];
  let elements = 0;

  function fail(at: number): never {
    const detail: ImageErrorDetail = {
      file,
      expected: "well-formed XML without a document type",
      found: document.slice(at, at + 40),
    };
    throw new ImageError(
      "invalid-header",
      `${file}: the XML is damaged or of no known kind`,
      detail,
    );
  }
  function openElement(name: string, attributes: string): void {
    elements += 1;
    if (elements > mostElements)
      throw new ImageError("limit", `${file}: the XML has too many elements`, {
        file,
        expected: `at most ${mostElements}`,
      });
    open.push({ name, attributes: attributesOf(attributes), children: [], text: "" });
  }
  function closeElement(at: number, name: string): void {
    const element = open.pop();
    if (element?.name !== name) fail(at);
    open.at(-1)?.children.push({ ...element, text: element.text.trim() });
  }

  for (let at = 0; at < document.length;) {
    const here = open.at(-1);
    if (here === undefined) fail(at);
    const between = [...skipped, characterData].find(([begin]) => document.startsWith(begin, at));
    if (between !== undefined) {
      const [begin, end] = between;
      const stop = document.indexOf(end, at + begin.length);
      if (stop < 0) fail(at);
      if (between === characterData) here.text += document.slice(at + begin.length, stop);
      at = stop + end.length;
    } else if (document[at] !== "<") {
      const tag = document.indexOf("<", at);
      const stop = tag < 0 ? document.length : tag;
      here.text += decoded(document.slice(at, stop));
      at = stop;
    } else {
      endTag.lastIndex = startTag.lastIndex = at;
      const end = endTag.exec(document);
      const start = end ? null : startTag.exec(document);
      const name = (end ?? start)?.[1];
      if (name === undefined || open.length > deepest) fail(at);
      if (start) openElement(name, start[2] ?? "");
      if (end || start?.[3] === "/") closeElement(at, name);
      at = end ? endTag.lastIndex : startTag.lastIndex;
    }
  }
  const [root] = open;
  const [top] = root?.children ?? [];
  if (open.length !== 1 || root?.children.length !== 1 || top === undefined || root.text.trim())
    fail(0);
  return top;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(attribute);
  return new Map(
    Array.from(pairs, ([, name = "", double, single]) => [name, decoded(double ?? single ?? "")]),
  );
}

/** Text with its entities replaced; those that XML does not know stay as they are. */
function decoded(text: string): string {
  return text.replace(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,4});/gi, (all, entity: string) => {
    const known = entities[entity];
    if (known !== undefined) return known;
    const code = entity.startsWith("#") ? Number(entity.slice(1).replace(/^x/i, "0x")) : Number.NaN;
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
