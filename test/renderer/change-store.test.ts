import { afterEach, describe, expect, it, vi } from "vitest";
import { CallError } from "../../renderer/api/client";
import { needsConsent, useChange } from "../../renderer/state/change";
import { useImages } from "../../renderer/state/images";
import type { ChangeOutlook, ImageChange } from "../../shared/model/change";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";

const flatten: ImageChange = { kind: "flatten", path: "/a" };

function outlook(changes: Partial<ChangeOutlook> = {}): ChangeOutlook {
  return {
    writesTo: "/a",
    copied: 1,
    zeroed: 0,
    written: [],
    space: 2,
    changedSnapshots: [],
    dependents: [],
    dependentsComplete: true,
    outdated: [],
    keptSnapshots: 0,
    undo: "rebase",
    chain: [],
    size: 3,
    format: "qcow2",
    ...changes,
  };
}

afterEach(() => {
  useChange.setState(useChange.getInitialState());
  useImages.setState(useImages.getInitialState());
});

describe("a change that is asked for", () => {
  it("is looked at first, and made only then", async () => {
    const { calls } = fakeBridge({
      "change.outlook": () => outlook(),
      "change.start": () => ({ checks: [] }),
      "image.inspect": ({ path }) => report(path),
    });
    useImages.setState({ views: { "/a": { state: "loading" } } });
    const asked = useChange.getState().ask(flatten);
    await useChange.getState().start();
    expect(useChange.getState().stage).toBe("asking");
    await asked;
    await useChange.getState().start();
    expect(useChange.getState().stage).toBe("done");
    expect(calls).toEqual([
      ["change.outlook", { change: flatten }],
      ["change.start", { change: flatten, force: false }],
      ["image.inspect", { path: "/a" }],
    ]);
  });

  it("shows what is chosen at once, and looks only at what was chosen last", async () => {
    const stopped: (() => void)[] = [];
    const { calls } = fakeBridge({
      "change.outlook": () => outlook(),
      "change.stop": () => new Promise<undefined>((done) => stopped.push(() => done(undefined))),
    });
    const { ask } = useChange.getState();
    await ask(flatten);
    const [kept, emptied] = [false, true].map((empty): ImageChange => ({
      kind: "commit",
      path: "/a",
      depth: 1,
      empty,
    }));
    const first = ask(kept!);
    expect(useChange.getState()).toMatchObject({ change: kept, view: { state: "loading" } });
    const second = ask(emptied!);
    expect(useChange.getState()).toMatchObject({ change: emptied, view: { state: "loading" } });
    for (const done of stopped) done();
    await Promise.all([first, second]);
    expect(useChange.getState().view.state).toBe("ready");
    expect(calls.filter(([name]) => name === "change.outlook").map(([, asked]) => asked)).toEqual([
      { change: flatten },
      { change: emptied },
    ]);
  });

  it("is forced only with a yes to what this change would ruin", async () => {
    const ruins = outlook({ dependents: [{ path: "/b", format: "qcow2", namedAs: "a" }] });
    const { calls } = fakeBridge({
      "change.outlook": () => ruins,
      "change.start": () => ({ checks: [] }),
      "change.stop": () => undefined,
    });
    const { ask, agree, start } = useChange.getState();
    await ask(flatten);
    agree(true);
    // Another question: the yes was to the first one.
    await ask({ kind: "commit", path: "/a", depth: 1, empty: true });
    expect(useChange.getState().agreed).toBe(false);
    await start();
    expect(calls.at(-1)?.[1]).toMatchObject({ force: false });
    await ask(flatten);
    agree(true);
    await start();
    expect(calls.at(-1)?.[1]).toMatchObject({ force: true });
  });

  it("keeps the dialog with the reason when it fails, and reads the images again", async () => {
    const inspected = vi.fn<(path: string) => void>();
    fakeBridge({
      "change.outlook": () => outlook(),
      "change.start": () => {
        throw new CallError({ code: "in-use", message: "Held." });
      },
      "image.inspect": ({ path }) => {
        inspected(path);
        return report(path);
      },
    });
    useImages.setState({ views: { "/a": { state: "loading" } } });
    await useChange.getState().ask(flatten);
    await useChange.getState().start();
    expect(useChange.getState()).toMatchObject({
      stage: "asking",
      failure: { code: "in-use" },
      change: flatten,
    });
    expect(inspected).toHaveBeenCalledWith("/a");
  });

  it("goes on in the background, and is not replaced by another question", async () => {
    let end = () => {};
    fakeBridge({
      "change.outlook": () => outlook(),
      "change.start": () => new Promise((ended) => (end = () => ended({ checks: [] }))),
    });
    const { ask, start, close, progressed } = useChange.getState();
    await ask(flatten);
    const made = start();
    close();
    expect(useChange.getState()).toMatchObject({ hidden: true, stage: "running" });
    progressed({ path: "/b", done: 1, total: 2 });
    expect(useChange.getState().progress.total).toBe(0);
    await ask({ kind: "compact", path: "/b" });
    expect(useChange.getState()).toMatchObject({ change: flatten, hidden: false });
    end();
    await made;
    expect(useChange.getState().stage).toBe("done");
  });
});

it("needs a yes for snapshots, for other images, and for a smaller disk", () => {
  const resize = { kind: "resize", path: "/a", size: 1, preallocation: "off" } as const;
  const snapshot = { path: "/a", index: 0, id: "1", name: "one" };
  expect(needsConsent(flatten, outlook())).toBe(false);
  expect(needsConsent(flatten, outlook({ changedSnapshots: [snapshot] }))).toBe(true);
  expect(needsConsent(resize, outlook({ lost: 0, undo: "impossible" }))).toBe(true);
  expect(needsConsent(resize, outlook({ lost: 0, undo: "not-needed" }))).toBe(false);
});
