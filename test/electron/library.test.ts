import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLibrary } from "../../electron/library";
import { scanFolder, type ScanRequest, type ScanResult } from "../../electron/library-scan";
import { openSettings } from "../../electron/settings";
import { tempFolder } from "../helpers/temp-folder";
import { eventually } from "../helpers/eventually";

type Scan = (request: ScanRequest) => ScanResult | Promise<ScanResult>;

/** A library over real folders; `shown` is what it has told of each so far. */
function setUp(scan: Scan = scanFolder, patience = 60_000) {
  const settings = openSettings(tempFolder());
  const shown: string[] = [];
  const library = createLibrary({
    settings,
    scan: async (request) => scan(request),
    changed: ({ state, images }) =>
      shown.push(
        `${state} ${images.map(({ name, virtualSize }) => `${name} ${virtualSize}`).join()}`,
      ),
    pause: { settle: 5, between: 5 },
    patience,
  });
  onTestFinished(() => library.close());
  const expectTold = (what: string) => eventually(() => expect(shown.at(-1)).toBe(what));
  return { settings, library, shown, expectTold };
}

function folderWith(...names: readonly string[]): string {
  const folder = tempFolder();
  for (const name of names) writeFileSync(join(folder, name), Buffer.alloc(512));
  return folder;
}

describe("a watched folder", () => {
  it("is looked through when somebody asks for it, and not before", async () => {
    const { library, shown, expectTold } = setUp();
    await library.watch(folderWith("a.img"));
    expect(shown).toEqual([]);
    expect(library.list()).toMatchObject([{ state: "looking" }]);
    await expectTold("ready a.img 512");
    expect(library.list()).toMatchObject([{ state: "ready", images: [{ name: "a.img" }] }]);
  });

  it("tells of files that come, change and go, also a folder below it", async () => {
    const { library, expectTold } = setUp();
    const folder = folderWith("a.img");
    await library.watch(folder);
    library.list();
    await expectTold("ready a.img 512");
    writeFileSync(join(folder, "b.img"), Buffer.alloc(1024));
    await expectTold("ready a.img 512,b.img 1024");
    truncateSync(join(folder, "b.img"), 2048);
    await expectTold("ready a.img 512,b.img 2048");
    rmSync(join(folder, "b.img"));
    await expectTold("ready a.img 512");
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/c.img"), Buffer.alloc(512));
    await expectTold("ready a.img 512,sub/c.img 512");
    rmSync(join(folder, "sub/c.img"));
    await expectTold("ready a.img 512");
  });

  it("that vanishes is told as missing, and is back when it is looked for again", async () => {
    const { library, expectTold } = setUp();
    const folder = folderWith("a.img");
    await library.watch(folder);
    library.list();
    await expectTold("ready a.img 512");
    renameSync(folder, `${folder}-away`);
    library.refresh();
    await expectTold("missing ");
    renameSync(`${folder}-away`, folder);
    library.refresh();
    await expectTold("ready a.img 512");
  });

  it("is looked at again on request, and that is told", async () => {
    const { library, shown, expectTold } = setUp();
    const folder = folderWith("a.img");
    await library.watch(folder);
    library.list();
    await expectTold("ready a.img 512");
    library.look(folder);
    expect(shown.at(-1)).toBe("looking ");
    await expectTold("ready a.img 512");
    library.look(join(folder, "not watched"));
    expect(shown.at(-1)).toBe("ready a.img 512");
  });

  it("that has moved is watched where it is now, with what was opened of it", async () => {
    const { library, settings } = setUp();
    const [folder, other] = [folderWith("a.img", "b.img"), folderWith("c.img")];
    const now = `${folder}-now`;
    await library.watch(folder);
    await library.watch(other);
    // One that stands beside a folder of a similar name is none of it.
    const beside = `${folder}.img`;
    const recent = ["b.img", "gone.img"].map((name) => join(folder, name));
    await settings.change({ recent: [...recent, beside, join(other, "c.img")] });
    renameSync(folder, now);
    await library.relocate(folder, now);
    expect(settings.get().watchedFolders).toEqual([now, other]);
    expect(settings.get().recent).toEqual([
      join(now, "b.img"),
      join(folder, "gone.img"),
      beside,
      join(other, "c.img"),
    ]);
    await expect(library.relocate(now, join(now, "a.img"))).rejects.toThrow("no folder");
  });

  it("inside another one keeps its images to itself", async () => {
    const { library } = setUp();
    const folder = folderWith("a.img");
    const inner = join(folder, "inner");
    mkdirSync(inner);
    writeFileSync(join(inner, "b.img"), Buffer.alloc(512));
    const names = () => library.list().map(({ images }) => images.map(({ name }) => name));
    await library.watch(folder);
    library.list();
    await eventually(() => expect(names()).toEqual([["a.img", "inner/b.img"]]));
    await library.watch(inner);
    await eventually(() => expect(names()).toEqual([["a.img"], ["b.img"]]));
    await library.unwatch(inner);
    await eventually(() => expect(names()).toEqual([["a.img", "inner/b.img"]]));
  });

  it("whose images cannot be looked at says why, and costs no other", async () => {
    const [bad, good] = [folderWith("a.img"), folderWith("b.img")];
    const { library } = setUp((request) => {
      if (request.folder === bad) throw new Error("the thread died");
      return scanFolder(request);
    });
    await library.watch(bad);
    await library.watch(good);
    library.list();
    await eventually(() =>
      expect(library.list()).toMatchObject([
        { state: "failed", failure: { message: "the thread died" } },
        { state: "ready", images: [{ name: "b.img" }] },
      ]),
    );
  });

  it("that never answers keeps no other waiting, and is told when it does", async () => {
    const [slow, good] = [folderWith("a.img"), folderWith("b.img")];
    let answer: (() => void) | undefined;
    const { library } = setUp(async (request) => {
      if (request.folder === slow && answer === undefined)
        await new Promise<void>((done) => (answer = done));
      return scanFolder(request);
    }, 30);
    await library.watch(slow);
    await library.watch(good);
    library.list();
    const states = () => library.list().map(({ state }) => state);
    await eventually(() => expect(states()).toEqual(["failed", "ready"]));
    // It is being looked at still: to ask again takes nothing away of what is told.
    library.look(slow);
    expect(states()).toEqual(["failed", "ready"]);
    answer?.();
    await eventually(() => expect(states()).toEqual(["ready", "ready"]));
  });

  it("is watched once, is a folder, and is forgotten on request", async () => {
    const { library, settings } = setUp();
    const folder = folderWith("a.img");
    await library.watch(`${folder}/`);
    await library.watch(folder);
    expect(settings.get().watchedFolders).toEqual([folder]);
    await expect(library.watch(join(folder, "a.img"))).rejects.toMatchObject({
      failure: { code: "missing-file" },
    });
    await expect(library.watch("relative")).rejects.toMatchObject({
      failure: { code: "missing-file" },
    });
    await library.unwatch(folder);
    expect(settings.get().watchedFolders).toEqual([]);
    expect(library.list()).toEqual([]);
  });

  it("follows the settings, whoever changes them", async () => {
    const { library, settings, expectTold } = setUp();
    expect(library.list()).toEqual([]);
    await settings.change({ watchedFolders: [folderWith("a.img")] });
    await expectTold("ready a.img 512");
    await settings.change({ watchedFolders: [] });
    expect(library.list()).toEqual([]);
  });
});
