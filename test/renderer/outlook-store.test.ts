import { beforeEach, describe, expect, it, vi } from "vitest";
import { CallError } from "../../renderer/api/client";
import { useConvert } from "../../renderer/state/convert";
import { useImages } from "../../renderer/state/images";
import { useMeasures } from "../../renderer/state/measures";
import { useOutlook } from "../../renderer/state/outlook";
import type { FormatModel } from "../../shared/model/format";
import type { MeasuredVariant } from "../../shared/model/measure";
import { fakeBridge, type Answers } from "./fake-bridge";
import { layer, MiB, report } from "./reports";
import { eventually } from "../helpers/eventually";

const model: FormatModel = {
  id: "qcow2",
  label: "qcow2",
  extensions: ["qcow2"],
  writable: true,
  backing: true,
  compresses: true,
  options: [{ name: "cluster_size", kind: "size", default: 65_536, choices: [4096, 65_536] }],
};

const variant: MeasuredVariant = {
  format: "qcow2",
  label: "qcow2",
  variant: "qcow2",
  provisioning: "thin",
  options: {},
  fileLength: 3 * MiB,
  allocated: 2 * MiB,
  fullyAllocated: 40 * MiB,
};

const outlook = () => useOutlook.getState();

function bridge(more: Answers = {}) {
  return fakeBridge({
    "formats.list": () => [model],
    "image.inspect": ({ path }) => report(path, { layers: [layer(path, { format: "raw" })] }),
    "convert.suggestTarget": ({ source }) => ({ target: `${source}.qcow2` }),
    "convert.checkTarget": () => ({ exists: false, isSource: false, folderExists: true }),
    "convert.preflight": ({ purpose }) => ({
      findings: [{ id: purpose === "kvm" ? "qcow2-old" : "no-partition-table", level: "note" }],
    }),
    "convert.commandLine": ({ source, options }) => ({
      command: `lamina ${source} ${JSON.stringify(options)}`,
    }),
    "convert.measure": () => [variant],
    "image.measureTarget": ({ size = 0 }) => ({
      fileLength: 9,
      allocated: 8,
      fullyAllocated: size,
    }),
    "convert.stopMeasuring": () => undefined,
    ...more,
  });
}

const namesOf = ({ calls }: ReturnType<typeof fakeBridge>) => calls.map(([name]) => name);
const measured = (fake: ReturnType<typeof fakeBridge>) =>
  namesOf(fake).filter((name) => /measur/i.test(name));

beforeEach(() => {
  vi.unstubAllGlobals();
  useConvert.setState(useConvert.getInitialState(), true);
  useImages.setState(useImages.getInitialState(), true);
  useMeasures.setState(useMeasures.getInitialState(), true);
  bridge();
  outlook().follow();
  const stops = [useConvert, useImages, useMeasures].map((store) =>
    store.subscribe(() => outlook().follow()),
  );
  return () => {
    useConvert.getState().close();
    for (const stop of stops) stop();
  };
});

describe("what a conversion would come to", () => {
  it("is told when the dialog opens, and forgotten when it closes", async () => {
    const fake = bridge();
    await useConvert.getState().begin(["/a.raw"]);
    expect(outlook().current).toBe(false);
    await eventually(() => expect(outlook().current).toBe(true));
    expect(outlook().size).toEqual({ state: "ready", size: variant });
    expect(outlook().findings).toEqual({ "/a.raw": [{ id: "no-partition-table", level: "note" }] });
    expect(outlook().commands).toEqual(["lamina /a.raw {}"]);
    // The usual options were measured with all the others.
    expect(measured(fake)).toEqual(["convert.measure"]);
    useConvert.getState().close();
    expect(outlook()).toMatchObject({ findings: {}, commands: [], size: { state: "unknown" } });
    expect(measured(fake)).toEqual(["convert.measure", "convert.stopMeasuring"]);
  });

  it("measures options that no variant has, and the disk again only when it changes", async () => {
    const fake = bridge();
    await useConvert.getState().begin(["/a.raw"]);
    await eventually(() => expect(outlook().size.state).toBe("ready"));
    useConvert.getState().setOption("cluster_size", 4096);
    await eventually(() => expect(outlook().size).toMatchObject({ size: { allocated: 8 } }));
    expect(outlook().commands).toEqual(['lamina /a.raw {"cluster_size":4096}']);
    expect(measured(fake)).toEqual(["convert.measure", "image.measureTarget"]);
    useConvert.getState().growTo("/a.raw", 80 * MiB);
    await eventually(() =>
      expect(outlook().size).toMatchObject({ size: { fullyAllocated: 80 * MiB } }),
    );
    expect(measured(fake).slice(2)).toEqual(["convert.measure", "image.measureTarget"]);
    expect(fake.calls.filter(([name]) => name === "convert.measure").at(-1)?.[1]).toEqual({
      path: "/a.raw",
      size: 80 * MiB,
    });
  });

  it("takes what the page has measured, and waits while it measures", async () => {
    const fake = bridge();
    useMeasures.setState({
      views: { "/a.raw": { state: "measuring", done: 0, total: 0, before: [] } },
    });
    await useConvert.getState().begin(["/a.raw"]);
    await eventually(() => expect(outlook().variants?.state).toBe("measuring"));
    expect(outlook().size).toEqual({ state: "measuring" });
    useMeasures.setState({ views: { "/a.raw": { state: "ready", variants: [variant] } } });
    await eventually(() => expect(outlook().size).toEqual({ state: "ready", size: variant }));
    expect(measured(fake)).toEqual([]);
  });

  it("says why it cannot be measured, and foretells nothing on a backing file", async () => {
    const failure = { code: "io", message: "gone" };
    bridge({
      "convert.measure": () => {
        throw new CallError(failure);
      },
    });
    await useConvert.getState().begin(["/a.raw"]);
    await eventually(() => expect(outlook().size).toEqual({ state: "failed", failure }));
    useConvert.getState().choose({ keepBacking: true });
    await eventually(() => expect(outlook().size).toEqual({ state: "unknown" }));
  });

  it("looks at every source of several, and measures none", async () => {
    const fake = bridge();
    await useConvert.getState().begin(["/a.raw", "/b.raw"]);
    await eventually(() => expect(outlook().commands).toHaveLength(2));
    expect(Object.keys(outlook().findings)).toEqual(["/a.raw", "/b.raw"]);
    expect(measured(fake)).toEqual([]);
  });

  it("does not look at what cannot be read", async () => {
    const unreadable = { code: "passphrase", message: "locked" };
    const fake = bridge({ "image.inspect": ({ path }) => report(path, { unreadable }) });
    await useConvert.getState().begin(["/a.qcow2"]);
    await new Promise((later) => setTimeout(later, 250));
    expect(namesOf(fake)).not.toContain("convert.preflight");
    expect(outlook().commands).toEqual([]);
  });

  it("shows how far the measurement is", async () => {
    bridge({ "convert.measure": () => new Promise(() => {}) });
    await useConvert.getState().begin(["/a.raw"]);
    await eventually(() => expect(outlook().variants?.state).toBe("measuring"));
    outlook().progressed({ path: "/a.raw", done: 3, total: 9 });
    outlook().progressed({ path: "/b.raw", done: 1, total: 1 });
    expect(outlook().variants).toMatchObject({ done: 3, total: 9 });
  });
});
