import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatModels } from "../../../electron/engine";
import { createHandlers } from "../../../electron/handlers";
import { createChanges } from "../../../electron/handlers/changes";
import { createGrants } from "../../../electron/handlers/grants";
import { createOpenings } from "../../../electron/handlers/openings";
import { createOpenedFiles } from "../../../electron/handlers/opened-files";
import { createDispatch } from "../../../electron/ipc/dispatch";
import { openJournal } from "../../../electron/jobs/journal";
import { createQueue } from "../../../electron/jobs/queue";
import { createLibrary } from "../../../electron/library";
import { scanFolder } from "../../../electron/library-scan";
import { openReceipts } from "../../../electron/receipts";
import { openSettings } from "../../../electron/settings";
import { tempFolder } from "../../helpers/temp-folder";

/** Everything but Electron and the threads; `seen` is what went out to them. */
function setUp() {
  const seen: string[] = [];
  const opened = createOpenedFiles();
  const settings = openSettings(tempFolder());
  const library = createLibrary({
    settings,
    scan: async (request) => scanFolder(request),
    changed: () => {},
    pause: { settle: 10, between: 10 },
  });
  onTestFinished(() => library.close());
  const handlers = createHandlers({
    about: () =>
      Promise.resolve({
        version: "1",
        electron: "2",
        chromium: "4",
        node: "3",
        platform: "linux x64",
        libraries: [{ name: "zod", version: "5", licence: "MIT", text: "Permission is granted" }],
      }),
    formats: formatModels(),
    opened,
    settings,
    library,
    journal: openJournal(join(tempFolder(), "jobs.json")),
    receipts: openReceipts(tempFolder()),
    grants: createGrants(),
    openings: createOpenings(),
    inspector: {
      inspect: ({ path }) => Promise.reject(new Error(`asked for ${path}`)),
      warmUp: () => {},
      close: () => {},
    },
    measurer: {
      measure: ({ request: { path, grants } }) =>
        Promise.resolve([
          {
            format: "raw",
            label: path,
            variant: "raw-sparse",
            provisioning: "thin",
            options: {},
            fileLength: 3,
            allocated: 2,
            fullyAllocated: grants.length,
          },
        ]),
      measureTarget: () => Promise.reject(new Error("not asked for")),
      stop: () => void seen.push("stopped"),
    },
    targetMeasurer: {
      measure: () => Promise.resolve([]),
      measureTarget: ({ request, size = 0 }, { format, compress }) => {
        seen.push(JSON.stringify([request, format, compress]));
        return Promise.resolve({ fileLength: size, allocated: 1, fullyAllocated: 2 });
      },
      stop: () => void seen.push("stopped measuring targets"),
    },
    tasks: {
      run: (task) => Promise.reject(new Error(`asked for ${task}`)),
      latest: (task) => Promise.reject(new Error(`asked for ${task}`)),
      stopReading: () => {},
    },
    queue: createQueue({
      start: () => {
        throw new Error("starts nothing");
      },
      keepReceipt: () => Promise.resolve(undefined),
      changed: () => {},
      removed: () => {},
    }),
    changes: createChanges(
      { list: () => [] },
      { inspect: ({ path }) => Promise.reject(new Error(`asked for ${path}`)) },
      createGrants(),
    ),
    dialogs: {
      openImages: () => Promise.resolve([]),
      chooseFolder: () => Promise.resolve(undefined),
      saveImage: (suggested, format) =>
        Promise.resolve(format === "raw" ? `${suggested}!` : undefined),
    },
    samples: {
      documents: () => "/documents",
      chooseFolder: () => Promise.resolve(undefined),
    },
    emit: () => {},
    ready: () => undefined,
    settled: () => seen.push("settled"),
    showInFolder: (path) => seen.push(path),
    trash: (path) => Promise.reject(new Error(`trashes ${path}`)),
    startDrag: (path) => seen.push(`drags ${path}`),
    copyText: (text) => {
      seen.push(text);
      return Promise.resolve();
    },
  });
  return { call: createDispatch(handlers), opened, seen, settings };
}

describe("handlers", () => {
  it("hand opened files out once, each once, in their order", async () => {
    const { call, opened } = setUp();
    let heard = 0;
    opened.onAdded(() => (heard += 1));
    opened.add(["/b", "/a"]);
    opened.add([]);
    opened.add(["/c", "/b"]);
    expect(heard).toBe(2);
    expect(await call("app.takeOpenedFiles", undefined)).toEqual({
      ok: true,
      value: { paths: ["/b", "/a", "/c"] },
    });
    expect(await call("app.takeOpenedFiles", undefined)).toMatchObject({ value: { paths: [] } });
  });

  it("tell that the page has settled", async () => {
    const { call, seen } = setUp();
    await call("app.settled", undefined);
    expect(seen).toEqual(["settled"]);
  });

  it("put text on the clipboard, and none that is endless", async () => {
    const { call, seen } = setUp();
    expect(await call("app.copyText", { text: "lamina convert" })).toMatchObject({ ok: true });
    expect(await call("app.copyText", { text: "x".repeat(65_537) })).toMatchObject({ ok: false });
    expect(seen).toEqual(["lamina convert"]);
  });

  it("measure one target beside the image on the page", async () => {
    const { call, seen } = setUp();
    const target = { format: "vdi", options: {}, compress: false };
    const disk = { path: "/a", snapshot: 1, size: 512 };
    expect(await call("image.measureTarget", { ...disk, ...target })).toEqual({
      ok: true,
      value: { fileLength: 512, allocated: 1, fullyAllocated: 2 },
    });
    expect(await call("convert.measure", disk)).toEqual({ ok: true, value: [] });
    await call("convert.stopMeasuring", undefined);
    expect(seen).toEqual([
      '[{"path":"/a","grants":[],"snapshot":1},"vdi",false]',
      "stopped measuring targets",
    ]);
  });

  it("answer what the app is and which formats it knows", async () => {
    const { call } = setUp();
    expect(await call("app.about", undefined)).toMatchObject({ ok: true, value: { node: "3" } });
    const formats = await call("formats.list", undefined);
    expect(formats.ok && formats.value).toEqual(formatModels());
  });

  it("answer a cancelled dialog without a path", async () => {
    const { call } = setUp();
    expect(await call("dialogs.saveImage", { suggested: "/a", format: "raw" })).toEqual({
      ok: true,
      value: { path: "/a!" },
    });
    expect(await call("dialogs.saveImage", { suggested: "/a", format: "qcow2" })).toEqual({
      ok: true,
      value: {},
    });
  });

  it("show only what is there in its folder", async () => {
    const { call, seen } = setUp();
    const file = join(tempFolder(), "a.img");
    expect(await call("image.showInFolder", { path: file })).toMatchObject({
      failure: { code: "missing-file", file },
    });
    writeFileSync(file, "");
    expect(await call("image.showInFolder", { path: file })).toMatchObject({ ok: true });
    expect(seen).toEqual([file]);
  });

  it("watch a folder by its path or the one that is chosen, and leave it alone again", async () => {
    const { call, settings } = setUp();
    const folder = tempFolder();
    expect(await call("library.watch", {})).toEqual({ ok: true, value: {} });
    expect(await call("library.watch", { path: folder })).toMatchObject({ ok: true });
    expect(settings.get().watchedFolders).toEqual([folder]);
    expect(await call("library.list", undefined)).toMatchObject({ value: [{ path: folder }] });
    await call("library.unwatch", { path: folder });
    expect(settings.get().watchedFolders).toEqual([]);
  });

  it("tell folders from what is none, in their order", async () => {
    const { call } = setUp();
    const folder = tempFolder();
    const file = join(folder, "a.img");
    writeFileSync(file, "");
    const gone = join(folder, "gone");
    expect(await call("library.kinds", { paths: [file, folder, gone] })).toEqual({
      ok: true,
      value: { folders: [folder], files: [file, gone] },
    });
  });

  it("keep the page, and forget it", async () => {
    const { call, settings } = setUp();
    await call("settings.keepPage", { page: { image: "/a", tab: "map" } });
    expect(settings.get().page).toEqual({ image: "/a", tab: "map" });
    await call("settings.keepPage", {});
    expect(settings.get().page).toBeUndefined();
  });

  it("drag nothing but what a conversion has made", async () => {
    const { call, seen } = setUp();
    expect(await call("jobs.startDrag", { jobId: "/etc/passwd" })).toMatchObject({
      failure: { code: "invalid-argument" },
    });
    expect(seen).toEqual([]);
  });

  it("hand an image to the measurer, and stop it", async () => {
    const { call, seen } = setUp();
    expect(await call("image.measure", { path: "/a" })).toMatchObject({
      ok: true,
      value: [{ label: "/a", fileLength: 3, allocated: 2, fullyAllocated: 0 }],
    });
    expect(await call("image.stopMeasuring", undefined)).toMatchObject({ ok: true });
    expect(seen).toEqual(["stopped"]);
  });

  it("hand an image to the inspector, and refuse what it never asked for", async () => {
    const { call } = setUp();
    expect(await call("image.inspect", { path: "/a" })).toMatchObject({
      failure: { message: "asked for /a" },
    });
    expect(await call("image.grant", { from: "/a", name: "/etc/shadow" })).toMatchObject({
      failure: { code: "invalid-argument" },
    });
  });
});
