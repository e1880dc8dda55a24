import { beforeEach, describe, expect, it, vi } from "vitest";
import { holderOf, lookForHolders } from "../../renderer/state/in-use";
import { useImages } from "../../renderer/state/images";
import type { ImageUser } from "../../shared/model/in-use";
import { fakeBridge } from "./fake-bridge";
import { layer, report } from "./reports";

const path = "/vm/over.qcow2";
const base = "/vm/base.qcow2";
const writer: ImageUser = { sign: "lock", writes: true };
const reader: ImageUser = { sign: "loop", writes: false, path: "/dev/loop1" };
const mark: ImageUser = { sign: "mark", writes: true };
const baseWriter: ImageUser = { sign: "open", writes: true, file: base };

beforeEach(() => {
  vi.unstubAllGlobals();
  useImages.setState(useImages.getInitialState(), true);
});

describe("who keeps an image from being changed", () => {
  it("is who writes to it, not who reads a loop device over it, nor a mark left behind", () => {
    expect(holderOf(report(path, { inUse: [mark, reader] }))).toBeUndefined();
    expect(holderOf(report(path, { inUse: [mark, reader, writer] }))).toBe(writer);
  });

  it("is told of the files that the change writes to", () => {
    const { inUse } = report(path, { inUse: [baseWriter] });
    expect(holderOf({ path, inUse })).toBeUndefined();
    expect(holderOf({ path, inUse }, [path, base])).toBe(baseWriter);
  });
});

describe("looking for holders anew", () => {
  const shows = (inUse?: [ImageUser]) => {
    const layers = [layer(path), layer(base)];
    const shown = report(path, { layers, ...(inUse && { inUse }) });
    useImages.setState({ shown: path, views: { [path]: { state: "ready", report: shown } } });
  };

  it("looks into the image only where somebody else has it now", async () => {
    let users: ImageUser[] = [];
    const { calls } = fakeBridge({
      "image.users": () => ({ users }),
      "image.inspect": () => report(path, { inUse: [writer] }),
    });
    shows();
    await lookForHolders();
    users = [writer];
    await lookForHolders();
    expect(calls).toEqual([
      ["image.users", { path, bases: [base] }],
      ["image.users", { path, bases: [base] }],
      ["image.inspect", { path }],
    ]);
    await lookForHolders();
    expect(calls.at(-1)).toEqual(["image.users", { path, bases: [] }]);
  });

  it.each([
    ["closed", () => useImages.setState({ views: {}, shown: undefined })],
    ["looked into", () => shows([writer])],
  ])("does nothing to an image that was %s meanwhile", async (_, happens) => {
    const { calls } = fakeBridge({
      "image.users": () => {
        happens();
        return { users: [baseWriter] };
      },
    });
    shows();
    await lookForHolders();
    expect(calls.map(([name]) => name)).toEqual(["image.users"]);
  });

  it("asks nothing while no image is shown", async () => {
    const { calls } = fakeBridge({});
    await lookForHolders();
    expect(calls).toEqual([]);
  });
});
