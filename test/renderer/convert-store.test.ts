import { beforeEach, describe, expect, it, vi } from "vitest";
import { CallError } from "../../renderer/api/client";
import { useConvert } from "../../renderer/state/convert";
import { obstacle } from "../../renderer/state/convert-form";
import { useImages } from "../../renderer/state/images";
import type { FormatModel } from "../../shared/model/format";
import { fakeBridge, type Answers } from "./fake-bridge";
import { layer, report } from "./reports";
import { eventually } from "../helpers/eventually";

const formats: FormatModel[] = (["qcow2", "iso", "raw"] as const).map((id) => ({
  id,
  label: id,
  extensions: [id],
  writable: id !== "iso",
  backing: id === "qcow2",
  compresses: id === "qcow2",
  options: [],
}));

const form = () => useConvert.getState();

function bridge(more: Answers = {}) {
  return fakeBridge({
    "formats.list": () => formats,
    "image.inspect": ({ path }) =>
      report(path, { layers: [layer(path, { format: path.endsWith(".raw") ? "raw" : "qcow2" })] }),
    "convert.suggestTarget": ({ source, format }) => ({ target: `${source}.${format}` }),
    "convert.checkTarget": ({ source, target }) => ({
      exists: target.includes("taken"),
      isSource: target === source,
      folderExists: !target.includes("/nowhere/"),
      free: 1000,
    }),
    "convert.start": () => ({ jobId: "1" }),
    ...more,
  });
}

beforeEach(() => {
  vi.unstubAllGlobals();
  useConvert.setState(useConvert.getInitialState(), true);
  useImages.setState(useImages.getInitialState(), true);
});

describe("the convert form", () => {
  it("offers what can be written, and at first a format other than the source's", async () => {
    bridge();
    await form().begin(["/vm/a.raw"]);
    expect(form().formats.map(({ id }) => id)).toEqual(["qcow2", "raw"]);
    expect(form().format).toBe("qcow2");
    expect(form().targets).toEqual({ "/vm/a.raw": "/vm/a.raw.qcow2" });
    await form().begin(["/vm/a.qcow2"]);
    expect(form().format).toBe("raw");
  });

  it("forgets options and place when the format changes", async () => {
    bridge();
    await form().begin(["/vm/a.raw"]);
    form().setOption("cluster_size", 131_072);
    form().choose({ compress: true });
    await form().chooseFormat("raw");
    expect(form().options).toEqual({});
    expect(form().compress).toBe(false);
    expect(form().targets).toEqual({ "/vm/a.raw": "/vm/a.raw.raw" });
  });

  it.each([
    ["/vm/new.qcow2", undefined],
    ["/vm/taken.qcow2", "exists"],
    ["/vm/a.raw", "is-source"],
    ["/nowhere/new.qcow2", "no-folder"],
    ["new.qcow2", "relative"],
    ["", "relative"],
  ])("for the place %o has the obstacle %s", async (target, expected) => {
    bridge();
    await form().begin(["/vm/a.raw"]);
    await form().setTarget(target);
    expect(obstacle(form(), true)).toBe(expected);
    expect(obstacle(form(), false)).toBe("source");
  });

  it("replaces an existing file on an explicit yes only, which counts for that place alone", async () => {
    bridge();
    await form().begin(["/vm/a.raw"]);
    await form().setTarget("/vm/taken.qcow2");
    form().choose({ replace: true });
    expect(obstacle(form(), true)).toBeUndefined();
    await form().setTarget("/vm/taken-too.qcow2");
    expect(obstacle(form(), true)).toBe("exists");
  });

  it("waits while a place is looked at, and takes no answer about another place", async () => {
    const answers: (() => void)[] = [];
    bridge({
      "convert.checkTarget": ({ target }) =>
        new Promise((resolve) =>
          answers.push(() =>
            resolve({ exists: target.endsWith("1"), isSource: false, folderExists: true }),
          ),
        ),
    });
    void form().begin(["/vm/a.raw"]);
    await eventually(() => expect(answers).toHaveLength(1));
    expect(obstacle(form(), true)).toBe("waiting");
    const first = form().setTarget("/vm/1");
    const second = form().setTarget("/vm/2");
    answers[2]?.();
    await second;
    answers[1]?.();
    await first;
    expect(form().check?.exists).toBe(false);
  });

  it("keeps the place that is typed while another is still being suggested", async () => {
    let suggest = (): void => {};
    bridge({
      "convert.suggestTarget": () =>
        new Promise((resolve) => {
          suggest = () => resolve({ target: "/vm/suggested.qcow2" });
        }),
    });
    const begun = form().begin(["/vm/a.raw"]);
    await eventually(() => expect(form().format).toBe("qcow2"));
    await form().setTarget("/vm/typed.qcow2");
    suggest();
    await begun;
    expect(form().targets).toEqual({ "/vm/a.raw": "/vm/typed.qcow2" });
  });

  it("takes the place that the system's dialog gives, and none when it is cancelled", async () => {
    const paths = [undefined, "/elsewhere/b.qcow2"];
    bridge({ "dialogs.saveImage": () => ({ path: paths.shift() }) });
    await form().begin(["/vm/a.raw"]);
    await form().browseTarget();
    expect(form().targets).toEqual({ "/vm/a.raw": "/vm/a.raw.qcow2" });
    await form().browseTarget();
    expect(form().targets).toEqual({ "/vm/a.raw": "/elsewhere/b.qcow2" });
  });
});

describe("starting a conversion", () => {
  it("hands over all that was chosen, and closes", async () => {
    const { calls } = bridge();
    await form().begin(["/vm/a.raw"]);
    form().setOption("cluster_size", 131_072);
    form().choose({ compress: true });
    await form().start();
    expect(calls.at(-1)).toEqual([
      "convert.start",
      {
        source: "/vm/a.raw",
        target: "/vm/a.raw.qcow2",
        format: "qcow2",
        options: { cluster_size: 131_072 },
        compress: true,
        replace: false,
        verify: true,
      },
    ]);
    expect(form().sources).toEqual([]);
  });

  it("starts one job a source, each beside it", async () => {
    const { calls } = bridge();
    await form().begin(["/vm/a.raw", "/other/b.raw"]);
    expect(obstacle(form(), true)).toBeUndefined();
    await form().start();
    const started = calls.filter(([name]) => name === "convert.start").map(([, input]) => input);
    expect(started).toMatchObject([
      { source: "/vm/a.raw", target: "/vm/a.raw.qcow2" },
      { source: "/other/b.raw", target: "/other/b.raw.qcow2" },
    ]);
  });

  it("keeps what could not start, with the reason, ready to be tried again", async () => {
    bridge({
      "convert.start": ({ source }) => {
        if (source.includes("b.raw"))
          throw new CallError({ code: "exists", message: "it is there by now" });
        return { jobId: "1" };
      },
    });
    await form().begin(["/vm/a.raw", "/vm/b.raw"]);
    await form().start();
    expect(form().sources).toEqual(["/vm/b.raw"]);
    expect(form().failure?.message).toBe("it is there by now");
    expect(obstacle(form(), true)).toBeUndefined();
  });

  it("leaves one of several out, and lets the last choose its place", async () => {
    bridge();
    await form().begin(["/vm/a.raw", "/vm/bad.raw"]);
    form().leaveOut("/vm/bad.raw");
    expect(form().sources).toEqual(["/vm/a.raw"]);
    await eventually(() => expect(form().check).toBeDefined());
    expect(obstacle(form(), true)).toBeUndefined();
  });
});
