import { describe, expect, it } from "vitest";
import { mainTexts } from "../../electron/main-texts";
import { placeholdersOf, textsIn } from "../helpers/catalog";

const english = textsIn(mainTexts.en);
/** The letter that opens a menu item by Alt. */
const keyOf = (text: string): string | undefined => /&(.)/u.exec(text)?.[1]?.toLowerCase();

describe.each(Object.entries(mainTexts))("the main process's texts of %s", (_language, texts) => {
  const own = textsIn(texts);

  it("are those of the English catalog", () => {
    expect([...own.keys()]).toEqual([...english.keys()]);
  });

  it("are never empty, and fill in and ask as the English ones do", () => {
    for (const [key, text] of own) {
      const model = english.get(key) ?? "";
      expect(text.trim(), key).not.toBe("");
      expect(placeholdersOf(text), key).toEqual(placeholdersOf(model));
      expect(text.endsWith("…"), key).toBe(model.endsWith("…"));
    }
  });

  it("give each menu of the bar, and each item of a menu, a key of its own", () => {
    const { menu } = texts;
    const menus = [
      [menu.file, menu.edit, menu.view, menu.help],
      [menu.newDisk, menu.open, menu.openRecent, menu.settings, menu.quit],
      [menu.undo, menu.redo, menu.cut, menu.copy, menu.paste, menu.selectAll],
      [menu.theme, menu.resetZoom, menu.zoomIn, menu.zoomOut, menu.fullScreen],
    ];
    for (const items of menus) {
      const keys = items.map(keyOf);
      expect(keys, items.join()).not.toContain(undefined);
      expect(new Set(keys).size, items.join()).toBe(items.length);
    }
  });
});
