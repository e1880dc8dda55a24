import { describe, expect, it } from "vitest";
import { createFinder } from "../../renderer/features/palette/find";

const entry = (text: string, place?: string) => ({
  text,
  english: text,
  ...(place !== undefined && { place }),
});
const textsOf = (query: string, ...texts: string[]) =>
  createFinder(texts.map((text) => entry(text)))(query).map(({ text }) => text);

describe("finding in the palette", () => {
  it("gives everything in its order for no query", () => {
    expect(textsOf("", "b", "a")).toEqual(["b", "a"]);
    expect(textsOf("   ", "b", "a")).toEqual(["b", "a"]);
  });

  it("wants every word, anywhere and in any order", () => {
    expect(textsOf("snap take", "Take a snapshot…", "Show: Snapshots")).toEqual([
      "Take a snapshot…",
    ]);
  });

  it("puts what begins with the query first, then what has a word that does", () => {
    expect(textsOf("on", "Convert", "Theme: on", "Only", "Mon")).toEqual([
      "Only",
      "Theme: on",
      "Convert",
      "Mon",
    ]);
  });

  it("does not mind case and accents", () => {
    expect(textsOf("chuyen doi", "Chuyển đổi web01.qcow2…")).toHaveLength(1);
    expect(textsOf("ĐĨA", "Ảnh đĩa")).toHaveLength(1);
    expect(textsOf("koln", "Köln.qcow2")).toHaveLength(1);
  });

  it("takes English words for a command in another language", () => {
    const about = { text: "关于 Lamina", english: "About Lamina" };
    expect(createFinder([about])("about")).toEqual([about]);
    expect(createFinder([about])("关于")).toEqual([about]);
  });

  it("tells images of one name apart by their folder", () => {
    const entries = [entry("web.qcow2", "/srv/old"), entry("web.qcow2", "/srv/new")];
    expect(createFinder(entries)("web new")).toEqual([entries[1]]);
  });

  it("lists no more than can be looked through", () => {
    const many = Array.from({ length: 500 }, (_, nth) => entry(`disk ${nth}`));
    expect(createFinder(many)("disk").length).toBeLessThan(100);
    expect(createFinder(many)("disk 499")).toHaveLength(1);
  });
});
