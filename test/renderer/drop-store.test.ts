import { beforeEach, describe, expect, it } from "vitest";
import { useConvert } from "../../renderer/state/convert";
import { useDrop } from "../../renderer/state/drop";
import { useImages } from "../../renderer/state/images";
import { useSettings } from "../../renderer/state/settings";
import { settingsDefaults } from "../../shared/model/settings";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";

const drop = () => useDrop.getState();
const isFolder = (path: string) => path.startsWith("/folder");

/** `watched` are the folders that were asked to be watched. */
function bridge() {
  const watched: string[] = [];
  fakeBridge({
    "library.kinds": ({ paths }) => ({
      folders: paths.filter(isFolder),
      files: paths.filter((path) => !isFolder(path)),
    }),
    "library.watch": ({ path = "" }) => {
      watched.push(path);
      return { path };
    },
    "image.inspect": ({ path }) => report(path),
    "recent.add": ({ paths }) => ({ ...settingsDefaults, recent: paths }),
    "formats.list": () => [],
  });
  return watched;
}

beforeEach(() => {
  useDrop.setState(useDrop.getInitialState(), true);
  useConvert.setState(useConvert.getInitialState(), true);
  useImages.setState(useImages.getInitialState(), true);
  useSettings.setState(useSettings.getInitialState(), true);
});

describe("what is dropped", () => {
  it("opens at once when it is one image", async () => {
    bridge();
    await drop().open(["/a"]);
    expect(useImages.getState().shown).toBe("/a");
    expect(drop().waiting).toEqual([]);
  });

  it("waits for an answer when it is several", async () => {
    bridge();
    await drop().open(["/a", "/b"]);
    expect(drop().waiting).toEqual(["/a", "/b"]);
    expect(useImages.getState().shown).toBeUndefined();
    await drop().addAll();
    expect(useSettings.getState().settings.recent).toEqual(["/a", "/b"]);
    expect(drop().waiting).toEqual([]);
  });

  it("goes to the convert dialog together", async () => {
    bridge();
    await drop().open(["/a", "/b"]);
    await drop().convertAll();
    expect(useConvert.getState().sources).toEqual(["/a", "/b"]);
    expect(drop().waiting).toEqual([]);
  });

  it("is watched when it is a folder, beside what is none", async () => {
    const watched = bridge();
    await drop().open(["/folder1", "/a", "/folder2"]);
    expect(watched).toEqual(["/folder1", "/folder2"]);
    expect(useImages.getState().shown).toBe("/a");
    await drop().convert(["/folder3"]);
    expect(watched.at(-1)).toBe("/folder3");
    expect(useConvert.getState().sources).toEqual([]);
  });

  it("of one folder can have that folder watched", async () => {
    const watched = bridge();
    await drop().open(["/vm/a", "/vm/b"]);
    await drop().watchFolder("/vm");
    expect([watched, drop().waiting]).toEqual([["/vm"], []]);
  });

  it("asks nothing when a file manager handed it over", async () => {
    bridge();
    await drop().handedOver(["/a", "/b"]);
    expect(drop().waiting).toEqual([]);
    expect(useImages.getState().shown).toBe("/a");
  });
});
