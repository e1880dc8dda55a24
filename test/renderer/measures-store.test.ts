import { beforeEach, describe, expect, it, vi } from "vitest";
import { CallError } from "../../renderer/api/client";
import { useMeasures, variantsOf } from "../../renderer/state/measures";
import type { MeasuredVariant } from "../../shared/model/measure";
import { fakeBridge } from "./fake-bridge";
import { GiB, report } from "./reports";

const measures = () => useMeasures.getState();
const viewOf = (path: string) => measures().views[path];

/** One variant that takes this many bytes. */
function variants(allocated: number): MeasuredVariant[] {
  return [
    {
      format: "qcow2",
      label: "qcow2",
      variant: "qcow2",
      provisioning: "thin",
      options: {},
      fileLength: allocated,
      allocated,
      fullyAllocated: 40 * GiB,
    },
  ];
}

/** A main process that measures one image at a time; `finish` lets the one under way be done. */
function bridge() {
  const cancelled = new CallError({ code: "cancelled", message: "Cancelled." });
  let running: { done: (sizes: MeasuredVariant[]) => void; fail: (why: Error) => void } | undefined;
  const stop = () => running?.fail(cancelled);
  const fake = fakeBridge({
    "image.measure": () => {
      stop();
      return new Promise((done, fail) => (running = { done, fail }));
    },
    "image.stopMeasuring": () => {
      stop();
      return undefined;
    },
  });
  return {
    ...fake,
    finish: async (sizes: MeasuredVariant[]) => {
      running?.done(sizes);
      await settled();
    },
    fail: async (why: Error) => {
      running?.fail(why);
      await settled();
    },
  };
}

/** All answers that are on their way have come. */
const settled = () => new Promise((next) => setTimeout(next, 0));

beforeEach(() => {
  measures().follow(undefined);
  vi.unstubAllGlobals();
  useMeasures.setState({ views: {} });
});

describe("measuring the image on the page", () => {
  it("tells how far it is, then the sizes, and asks once for one report", async () => {
    const { calls, finish } = bridge();
    const shown = report("/a");
    measures().follow(shown);
    measures().follow(shown);
    expect(viewOf("/a")).toEqual({ state: "measuring", done: 0, total: 0, before: [] });
    measures().progressed({ path: "/a", done: 3, total: 9 });
    measures().progressed({ path: "/b", done: 4, total: 4 });
    expect(viewOf("/a")).toMatchObject({ done: 3, total: 9 });
    await finish(variants(5));
    expect(viewOf("/a")).toEqual({ state: "ready", variants: variants(5) });
    measures().progressed({ path: "/a", done: 9, total: 9 });
    expect(viewOf("/a")?.state).toBe("ready");
    expect(calls).toEqual([["image.measure", { path: "/a" }]]);
  });

  it("measures again for a new report, and shows the old sizes until then", async () => {
    const { finish } = bridge();
    measures().follow(report("/a"));
    await finish(variants(5));
    measures().follow(report("/a"));
    expect(viewOf("/a")).toMatchObject({ state: "measuring", before: variants(5) });
    expect(variantsOf(viewOf("/a"))).toEqual(variants(5));
    // Once more while it is under way: the first is given up, and leaves nothing.
    measures().follow(report("/a"));
    await settled();
    expect(viewOf("/a")).toMatchObject({ state: "measuring", before: variants(5) });
    await finish(variants(6));
    expect(viewOf("/a")).toEqual({ state: "ready", variants: variants(6) });
  });

  it("gives it up when another image comes on the page", async () => {
    const { calls, finish } = bridge();
    measures().follow(report("/a"));
    measures().follow(report("/b"));
    await settled();
    expect(viewOf("/a")).toBeUndefined();
    await finish(variants(7));
    expect(viewOf("/b")).toEqual({ state: "ready", variants: variants(7) });
    expect(calls.map(([name]) => name)).toEqual(["image.measure", "image.measure"]);
  });

  it.each([
    ["no image", undefined],
    [
      "a broken chain",
      report("/b", { broken: { from: "/b", name: "c", failure: { code: "io", message: "" } } }),
    ],
    ["unreadable data", report("/b", { unreadable: { code: "unsupported", message: "" } })],
  ])("gives it up for %s, which is not measured", async (_what, next) => {
    const { calls, finish } = bridge();
    measures().follow(report("/a"));
    await finish(variants(5));
    measures().follow(report("/a"));
    measures().follow(next);
    await settled();
    expect(viewOf("/a")).toEqual({ state: "ready", variants: variants(5) });
    expect(viewOf("/b")).toBeUndefined();
    expect(calls.at(-1)?.[0]).toBe("image.stopMeasuring");
  });

  it("gives it up when the image's own chain breaks", async () => {
    bridge();
    measures().follow(report("/a"));
    const broken = { from: "/a", name: "c", failure: { code: "io", message: "" } };
    measures().follow(report("/a", { broken }));
    await settled();
    expect(viewOf("/a")).toBeUndefined();
  });

  it("shows why it failed, and tries again when asked to", async () => {
    const { fail, finish } = bridge();
    measures().follow(report("/a"));
    await fail(new CallError({ code: "io", message: "gone" }));
    expect(viewOf("/a")).toEqual({ state: "failed", failure: { code: "io", message: "gone" } });
    measures().retry();
    expect(viewOf("/a")?.state).toBe("measuring");
    await finish(variants(1));
    expect(viewOf("/a")?.state).toBe("ready");
  });
});
