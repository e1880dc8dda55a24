import { beforeEach, describe, expect, it, vi } from "vitest";
import { CallError } from "../../renderer/api/client";
import { useImages } from "../../renderer/state/images";
import { useSettings } from "../../renderer/state/settings";
import type { ImageReport } from "../../shared/model/report";
import { fakeBridge, type Answers } from "./fake-bridge";
import { report } from "./reports";
import { settingsDefaults } from "../../shared/model/settings";

const images = () => useImages.getState();

/** A main process that keeps the recent list and knows two images. */
function bridge(more: Answers = {}) {
  let recent = ["/old.img"];
  const settings = () => ({ ...settingsDefaults, recent });
  return fakeBridge({
    "recent.add": ({ paths }) => {
      recent = [...paths, ...recent.filter((one) => !paths.includes(one))];
      return { ...settings(), recent: [...recent] };
    },
    "image.close": () => undefined,
    "recent.remove": ({ path }) => {
      recent = recent.filter((one) => one !== path);
      return { ...settings(), recent: [...recent] };
    },
    "image.inspect": ({ path }) => {
      if (path.includes("bad"))
        throw new CallError({ code: "truncated", message: "too short", at: 104, file: path });
      return report(path);
    },
    ...more,
  });
}

beforeEach(() => {
  vi.unstubAllGlobals();
  useImages.setState(useImages.getInitialState(), true);
  useSettings.setState(useSettings.getInitialState(), true);
});

describe("opening images", () => {
  it("shows the first, looks into all, and lists the first first", async () => {
    bridge();
    await images().open(["/vm/a.qcow2", "/vm/bad.qcow2"]);
    expect(images().shown).toBe("/vm/a.qcow2");
    expect(images().views["/vm/a.qcow2"]).toEqual({
      state: "ready",
      report: report("/vm/a.qcow2"),
    });
    expect(images().views["/vm/bad.qcow2"]).toMatchObject({
      state: "failed",
      failure: { code: "truncated", at: 104 },
    });
    expect(useSettings.getState().settings.recent).toEqual([
      "/vm/a.qcow2",
      "/vm/bad.qcow2",
      "/old.img",
    ]);
  });

  it("does nothing for no image", async () => {
    const { calls } = bridge();
    await images().open([]);
    expect(calls).toEqual([]);
    expect(images().shown).toBeUndefined();
  });

  it("opens what the system's dialog gives", async () => {
    bridge({ "dialogs.openImages": () => ({ paths: ["/vm/b.img"] }) });
    await images().browse();
    expect(images().shown).toBe("/vm/b.img");
  });

  it("showing an image of the list leaves the list's order alone", async () => {
    const { calls } = bridge();
    await images().show("/old.img");
    expect(calls.map(([name]) => name)).toEqual(["image.inspect"]);
  });
});

describe("looking into an image", () => {
  it("is told as loading at first, and keeps an old report until the new one comes", async () => {
    let answer: ((fresh: ImageReport) => void) | undefined;
    bridge({ "image.inspect": () => new Promise((resolve) => (answer = resolve)) });
    const first = images().inspect("/a");
    expect(images().views["/a"]).toEqual({ state: "loading" });
    answer?.(report("/a"));
    await first;
    const second = images().inspect("/a");
    expect(images().views["/a"]?.state).toBe("ready");
    answer?.(report("/a", { throughChain: 7 }));
    await second;
    expect(images().views["/a"]).toMatchObject({ report: { throughChain: 7 } });
  });

  it("never puts an older answer over a newer one", async () => {
    const answers: ((fresh: ImageReport) => void)[] = [];
    bridge({ "image.inspect": () => new Promise((resolve) => answers.push(resolve)) });
    const both = [images().inspect("/a"), images().inspect("/a")];
    answers[1]?.(report("/a", { throughChain: 2 }));
    answers[0]?.(report("/a", { throughChain: 1 }));
    await Promise.all(both);
    expect(images().views["/a"]).toMatchObject({ report: { throughChain: 2 } });
  });

  it("allows what was refused, then looks again", async () => {
    const { calls } = bridge({ "image.grant": () => undefined });
    await images().allow("/a", "/a", "/etc/base.img");
    expect(calls).toEqual([
      ["image.grant", { from: "/a", name: "/etc/base.img" }],
      ["image.inspect", { path: "/a" }],
    ]);
  });
});

describe("removing an image", () => {
  it("takes it off the list and off the page, and drops an answer that is still to come", async () => {
    let answer: ((fresh: ImageReport) => void) | undefined;
    bridge({ "image.inspect": () => new Promise((resolve) => (answer = resolve)) });
    const looking = images().show("/old.img");
    await images().remove("/old.img");
    answer?.(report("/old.img"));
    await looking;
    expect(images().shown).toBeUndefined();
    expect(images().views).toEqual({});
    expect(useSettings.getState().settings.recent).toEqual([]);
  });

  it("leaves the page alone when another image is on it", async () => {
    bridge();
    await images().show("/a");
    await images().remove("/old.img");
    expect(images().shown).toBe("/a");
  });
});
