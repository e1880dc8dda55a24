import { describe, expect, it } from "vitest";
import { libraryRows, type Row } from "../../renderer/features/library/rows";
import { afterKey } from "../../renderer/features/library/tree-keys";
import type { ListedImage, WatchedFolder } from "../../shared/model/watched-folder";

/** An image of /vm, on another one where that is named. */
const image = (name: string, base?: string): ListedImage => ({
  path: `/vm/${name}`,
  name,
  grows: true,
  ...(base !== undefined && { base: `/vm/${base}` }),
});

function rowsOf(
  images: readonly ListedImage[],
  more: Partial<{ recent: string[]; folded: string[] }> = {},
) {
  const folder: WatchedFolder = { path: "/vm", state: "ready", images: [...images], more: false };
  return libraryRows({
    watchedFolders: ["/vm"],
    folders: { "/vm": folder },
    recent: more.recent ?? [],
    folded: new Set(more.folded),
  });
}

/** The rows as an outline. */
const outline = (rows: readonly Row[]) =>
  rows.map(({ path, level }) => `${"-".repeat(level - 1)}${path.split("/").at(-1)}`);

describe("the rows of the library", () => {
  it("put overlays below their base, in the order of their names and numbers", () => {
    const rows = rowsOf([
      image("vm10"),
      image("vm9"),
      image("test", "web"),
      image("web", "base"),
      image("db", "base"),
      image("base"),
      image("elsewhere", "../far/base"),
    ]);
    expect(outline(rows)).toEqual([
      "vm",
      "-base",
      "--db",
      "--web",
      "---test",
      "-elsewhere",
      "-vm9",
      "-vm10",
    ]);
    const db = rows.find(({ path }) => path === "/vm/db");
    expect(db).toMatchObject({ position: 1, count: 2, parent: "watched /vm /vm/base" });
  });

  it("show every image of a loop once", () => {
    const rows = rowsOf([
      image("b", "a"),
      image("a", "c"),
      image("c", "b"),
      image("self", "self"),
      image("on-loop", "c"),
    ]);
    expect(outline(rows)).toEqual(["vm", "-a", "--b", "---c", "----on-loop", "-self"]);
  });

  it("take a chain that is deeper than any stack of calls", () => {
    const deep = Array.from({ length: 2000 }, (_each, nth) =>
      image(`n${nth}`, nth === 0 ? undefined : `n${nth - 1}`),
    );
    const rows = rowsOf(deep.toReversed());
    expect(rows).toHaveLength(2001);
    expect(rows.at(-1)).toMatchObject({ path: "/vm/n1999", level: 2001 });
  });

  it("list opened images besides, by folder, the latest first, and none twice", () => {
    const rows = rowsOf([image("a")], { recent: ["/b/1", "/vm/a", "/c/2", "/b/3"] });
    expect(outline(rows)).toEqual(["vm", "-a", "b", "-1", "-3", "c", "-2"]);
    expect(rows[2]).toMatchObject({ kind: "folder", position: 2, count: 3 });
  });

  it("leave out what a folded folder holds, and tell of one that is not known yet", () => {
    expect(outline(rowsOf([image("a")], { folded: ["/vm"] }))).toEqual(["vm"]);
    const rows = libraryRows({
      watchedFolders: ["/new"],
      folders: {},
      recent: [],
      folded: new Set(),
    });
    expect(rows).toMatchObject([{ path: "/new", watched: { state: "looking" } }]);
  });

  it("name the folder below the watched one", () => {
    const nested = { ...image("old.img"), path: "/vm/archive/old.img", name: "archive/old.img" };
    expect(rowsOf([nested])[1]).toMatchObject({ name: "old.img", subfolder: "archive" });
  });
});

describe("the keys of the tree", () => {
  const rows = rowsOf([image("base"), image("web", "base"), image("zebra")]);
  const at = (name: string) => rows.findIndex(({ path }) => path.endsWith(name));

  it("go up and down, and to the ends", () => {
    expect(afterKey("ArrowDown", rows, 0)).toEqual({ do: "go", to: 1 });
    expect(afterKey("ArrowDown", rows, rows.length - 1)).toEqual({ do: "go", to: rows.length - 1 });
    expect(afterKey("ArrowUp", rows, 0)).toEqual({ do: "go", to: 0 });
    expect(afterKey("End", rows, 0)).toEqual({ do: "go", to: rows.length - 1 });
    expect(afterKey("Home", rows, 2)).toEqual({ do: "go", to: 0 });
  });

  it("go into the tree and out of it, then fold", () => {
    expect(afterKey("ArrowRight", rows, 0)).toEqual({ do: "go", to: at("base") });
    expect(afterKey("ArrowRight", rows, at("base"))).toEqual({ do: "go", to: at("web") });
    expect(afterKey("ArrowRight", rows, at("web"))).toBeUndefined();
    expect(afterKey("ArrowLeft", rows, at("web"))).toEqual({ do: "go", to: at("base") });
    expect(afterKey("ArrowLeft", rows, at("base"))).toEqual({ do: "go", to: 0 });
    expect(afterKey("ArrowLeft", rows, 0)).toEqual({ do: "fold" });
    const folded = rowsOf([image("base")], { folded: ["/vm"] });
    expect(afterKey("ArrowRight", folded, 0)).toEqual({ do: "unfold" });
    expect(afterKey("ArrowLeft", folded, 0)).toBeUndefined();
  });

  it("open, take off the list, and find by the first letter, round the end", () => {
    expect(afterKey("Enter", rows, 1)).toEqual({ do: "choose" });
    expect(afterKey("Delete", rows, 1)).toEqual({ do: "remove" });
    expect(afterKey("Z", rows, 0)).toEqual({ do: "go", to: at("zebra") });
    expect(afterKey("b", rows, at("zebra"))).toEqual({ do: "go", to: at("base") });
    expect(afterKey("q", rows, 0)).toBeUndefined();
    expect(afterKey("F5", rows, 0)).toBeUndefined();
  });
});
