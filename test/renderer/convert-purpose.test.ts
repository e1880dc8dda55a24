import { beforeEach, describe, expect, it, vi } from "vitest";
import { useConvert } from "../../renderer/state/convert";
import { readability, requestOf } from "../../renderer/state/convert-form";
import { useImages } from "../../renderer/state/images";
import { useSettings } from "../../renderer/state/settings";
import type { FormatModel } from "../../shared/model/format";
import { settingsDefaults } from "../../shared/model/settings-defaults";
import { CallError } from "../../renderer/api/client";
import { fakeBridge, type Answers } from "./fake-bridge";
import { GiB, layer, MiB, report } from "./reports";

const formats: FormatModel[] = (["qcow2", "vpc", "raw"] as const).map((id) => ({
  id,
  label: id,
  extensions: [id],
  writable: true,
  backing: id === "qcow2",
  compresses: false,
  options: [],
}));

const form = () => useConvert.getState();

function bridge(more: Answers = {}) {
  return fakeBridge({
    "formats.list": () => formats,
    "image.inspect": ({ path }) => report(path, { layers: [layer(path, { format: "raw" })] }),
    "convert.suggestTarget": ({ source, format }) => ({ target: `${source}.${format}` }),
    "convert.checkTarget": () => ({ exists: false, isSource: false, folderExists: true }),
    "convert.preflight": ({ source, purpose }) => {
      if (source.includes("bad")) throw new CallError({ code: "io", message: "gone" });
      const size = source.includes("odd") ? 41 * MiB : undefined;
      const fixed = { format: "vpc", options: { subformat: "fixed" } } as const;
      const disk = { format: "raw", options: {}, fileName: "disk.raw" } as const;
      const best = purpose === "google" ? disk : fixed;
      return { recommended: { ...best, ...(size !== undefined && { size }) }, findings: [] };
    },
    ...more,
  });
}

beforeEach(() => {
  vi.unstubAllGlobals();
  useConvert.setState(useConvert.getInitialState(), true);
  useImages.setState(useImages.getInitialState(), true);
  useSettings.setState(useSettings.getInitialState(), true);
});

describe("choosing by purpose", () => {
  it("holds when it was chosen before the dialog knew the formats", async () => {
    let list = (): void => {};
    bridge({
      "formats.list": () =>
        new Promise((resolve) => {
          list = () => resolve(formats);
        }),
    });
    const begun = form().begin(["/vm/odd.raw"]);
    await form().choosePurpose("azure-2");
    list();
    await begun;
    expect(form()).toMatchObject({
      format: "vpc",
      options: { subformat: "fixed" },
      targets: { "/vm/odd.raw": "/vm/odd.raw.vpc" },
    });
  });

  it("takes format, options, size and name that are recommended", async () => {
    bridge();
    await form().begin(["/vm/odd.raw"]);
    await form().choosePurpose("azure-2");
    expect(form()).toMatchObject({
      purpose: "azure-2",
      format: "vpc",
      options: { subformat: "fixed" },
      sizes: { "/vm/odd.raw": 41 * MiB },
      targets: { "/vm/odd.raw": "/vm/odd.raw.vpc" },
    });
    expect(requestOf(form(), "/vm/odd.raw")).toMatchObject({ size: 41 * MiB, format: "vpc" });
    await form().choosePurpose("google");
    expect(form().targets).toEqual({ "/vm/odd.raw": "/vm/disk.raw" });
  });

  it("begins with what the last conversion was for", async () => {
    const { calls } = bridge({
      "convert.start": () => ({ jobId: "1" }),
      "settings.change": (part) => ({ ...settingsDefaults, ...part }),
    });
    await form().begin(["/vm/a.raw"]);
    expect(form()).toMatchObject({ purpose: "other", format: "qcow2" });
    await form().choosePurpose("azure-2");
    await form().start();
    expect(calls.at(-1)).toEqual(["settings.change", { purpose: "azure-2" }]);
    await vi.waitFor(() => expect(useSettings.getState().settings.purpose).toBe("azure-2"));

    await form().begin(["/vm/odd.raw"]);
    expect(form()).toMatchObject({
      purpose: "azure-2",
      format: "vpc",
      options: { subformat: "fixed" },
      sizes: { "/vm/odd.raw": 41 * MiB },
    });
    // Where nothing can be told of it, and where the target is chosen already.
    await form().begin(["/vm/bad.raw"]);
    expect(form()).toMatchObject({ purpose: "other", format: "qcow2" });
    await form().begin(["/vm/a.raw"], { target: { format: "raw", options: {} } });
    expect(form()).toMatchObject({ purpose: "other", format: "raw" });
  });

  it("leaves the format for another purpose of one's own, but no size", async () => {
    bridge();
    await form().begin(["/vm/odd.raw"]);
    await form().choosePurpose("azure-2");
    await form().choosePurpose("other");
    expect(form()).toMatchObject({ purpose: "other", format: "vpc", sizes: {} });
  });

  it("knows for each of several sources to which size it grows", async () => {
    bridge();
    await form().begin(["/vm/bad.raw", "/vm/a.raw", "/vm/odd.raw"]);
    await form().choosePurpose("azure-2");
    expect(form().format).toBe("vpc");
    expect(form().sizes).toEqual({ "/vm/odd.raw": 41 * MiB });
    expect(Object.keys(form().targets)).toHaveLength(3);
  });

  it("mends what a finding names: options, size, name, format, purpose", async () => {
    bridge();
    await form().begin(["/vm/a.raw"]);
    await form().choosePurpose("azure-2");
    form().setOption("subformat", "dynamic");
    await form().mend("/vm/a.raw", { options: { subformat: "fixed" } });
    expect(form().options).toEqual({ subformat: "fixed" });
    await form().mend("/vm/a.raw", { size: 2 * GiB });
    expect(form().sizes).toEqual({ "/vm/a.raw": 2 * GiB });
    await form().mend("/vm/a.raw", { fileName: "os.vhd" });
    expect(form().targets).toEqual({ "/vm/a.raw": "/vm/os.vhd" });
    await form().mend("/vm/a.raw", { format: "raw", options: {} });
    expect(form()).toMatchObject({ format: "raw", options: {} });
    await form().mend("/vm/a.raw", { purpose: "azure-1" });
    expect(form()).toMatchObject({ purpose: "azure-1", format: "vpc" });
  });
});

describe("what a request holds", () => {
  it("names only what was chosen", async () => {
    bridge();
    await form().begin(["/vm/a.raw"]);
    const plain = requestOf(form(), "/vm/a.raw");
    expect(Object.keys(plain ?? {}).toSorted()).toEqual([
      "compress",
      "format",
      "options",
      "replace",
      "source",
      "target",
      "verify",
    ]);
    form().choose({ snapshot: 0, keepZeros: true, salvage: true, verify: false });
    form().growTo("/vm/a.raw", GiB);
    expect(requestOf(form(), "/vm/a.raw")).toMatchObject({
      snapshot: 0,
      keepZeros: true,
      salvage: true,
      verify: false,
      size: GiB,
    });
    form().growTo("/vm/a.raw", undefined);
    expect(requestOf(form(), "/vm/a.raw")).not.toHaveProperty("size");
    form().choose({ keepBacking: true });
    await form().chooseFormat("raw");
    expect(requestOf(form(), "/vm/a.raw")).not.toHaveProperty("keepBacking");
  });

  it("tells what can be salvaged from what must be unlocked or mended", () => {
    const ready = (changes: Parameters<typeof report>[1]) =>
      readability({ state: "ready", report: report("/a", changes) });
    expect(ready({})).toBe("whole");
    expect(ready({ unreadable: { code: "truncated", message: "" } })).toBe("damaged");
    expect(ready({ unreadable: { code: "passphrase", message: "" } })).toBe("not");
    const failure = { code: "missing-file", message: "" };
    expect(ready({ broken: { from: "/a", name: "b", failure } })).toBe("not");
    expect(readability({ state: "loading" })).toBe("not");
  });
});
