import { beforeEach, describe, expect, it, vi } from "vitest";
import { useImages } from "../../renderer/state/images";
import { useJobs } from "../../renderer/state/jobs";
import { useReceipts } from "../../renderer/state/receipts";
import { unlock } from "../../renderer/state/unlock";
import { useView } from "../../renderer/state/view";
import { CallError } from "../../renderer/api/client";
import type { Receipt } from "../../shared/model/receipt";
import { settingsDefaults } from "../../shared/model/settings-defaults";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";

const receipt: Receipt = {
  version: 1,
  id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
  kind: "convert",
  startedAt: "2026-10-11T08:30:00.000Z",
  seconds: 3,
  sources: [{ path: "/a.raw", fileLength: 512 }],
  target: { path: "/a.qcow2", format: "qcow2", virtualSize: 512, fileLength: 512 },
  options: {},
  compress: false,
  command: "lamina convert",
  toolVersion: "1",
};

beforeEach(() => {
  vi.unstubAllGlobals();
  useReceipts.setState(useReceipts.getInitialState(), true);
  useImages.setState(useImages.getInitialState(), true);
  useView.setState(useView.getInitialState(), true);
});

describe("receipts", () => {
  it("are shown by their id, and one that is gone is told of", async () => {
    const kept = [receipt];
    const { calls } = fakeBridge({
      "receipts.list": () => kept,
      "receipts.remove": ({ id }) =>
        void kept.splice(
          kept.findIndex((one) => one.id === id),
          1,
        ),
    });
    const { show, remove, close } = useReceipts.getState();
    await show(receipt.id, "it is gone");
    expect(useReceipts.getState().shown).toEqual(receipt);
    close();
    expect(useReceipts.getState().shown).toBeUndefined();
    await show(receipt.id, "it is gone");
    await remove();
    expect(calls.at(-1)).toEqual(["receipts.remove", { id: receipt.id }]);
    expect(useReceipts.getState().shown).toBeUndefined();
    await expect(show(receipt.id, "it is gone")).rejects.toThrow("it is gone");
  });
});

describe("the original of a conversion", () => {
  const found = { path: "/a.raw", dependents: [], complete: true, users: [], snapshots: 0 };
  const gone = new CallError({ code: "io", message: "no trash" });
  const state = () => useReceipts.getState().original?.state;

  it("is not asked about again by the answer for one who went back", async () => {
    let answer = () => {};
    const answered = new Promise<void>((done) => (answer = done));
    fakeBridge({ "receipts.original": () => answered.then(() => found) });
    useReceipts.setState({ shown: receipt });
    const asked = useReceipts.getState().askOriginal();
    expect(state()).toBe("looking");
    useReceipts.getState().leaveOriginal();
    answer();
    await asked;
    expect(state()).toBeUndefined();
  });

  it("is being moved once only, and is then said to be in the trash", async () => {
    let answer = () => {};
    const answered = new Promise<void>((done) => (answer = done));
    const { calls } = fakeBridge({
      "receipts.trashOriginal": () => answered.then(() => undefined),
      "image.close": () => undefined,
      "recent.remove": () => settingsDefaults,
    });
    useReceipts.setState({ shown: receipt, original: { state: "ready", original: found } });
    const { trashOriginal } = useReceipts.getState();
    const moved = trashOriginal();
    expect(state()).toBe("moving");
    await trashOriginal();
    answer();
    await moved;
    expect(useReceipts.getState().original).toEqual({ state: "trashed", path: found.path });
    expect(calls.filter(([name]) => name === "receipts.trashOriginal")).toHaveLength(1);
  });

  it("tells of a failure, also when the dialog was closed meanwhile", async () => {
    fakeBridge({
      "receipts.trashOriginal": () => {
        throw gone;
      },
    });
    const ready = { shown: receipt, original: { state: "ready", original: found } } as const;
    useReceipts.setState(ready);
    await useReceipts.getState().trashOriginal();
    expect(useReceipts.getState().original).toEqual({ state: "failed", failure: gone.failure });
    useReceipts.setState(ready);
    const moved = useReceipts.getState().trashOriginal();
    useReceipts.getState().close();
    await expect(moved).rejects.toThrow("no trash");
    expect(useReceipts.getState().original).toBeUndefined();
  });
});

describe("jobs", () => {
  it("are paused and resumed by the main process", async () => {
    const { calls } = fakeBridge({
      "jobs.pause": () => undefined,
      "jobs.resume": () => undefined,
    });
    await useJobs.getState().pause("1");
    await useJobs.getState().resume("1");
    expect(calls).toEqual([
      ["jobs.pause", { jobId: "1" }],
      ["jobs.resume", { jobId: "1" }],
    ]);
  });
});

describe("images that need something to be opened", () => {
  it("show what opens them, and keep no passphrase in the window", async () => {
    fakeBridge({ "image.openWith": ({ path }) => report(path) });
    await unlock("/a", { passphrase: "open sesame" });
    expect(useImages.getState().views["/a"]).toMatchObject({ state: "ready" });
    expect(JSON.stringify(useImages.getState())).not.toContain("sesame");
  });

  it("list the disks of an archive, and stay as they are when one cannot be opened", async () => {
    const choose = { code: "choose-member", message: "two", choices: ["a.vmdk", "b.vmdk"] };
    const gone = { code: "missing-file", message: "no such member" };
    fakeBridge({
      "image.inspect": () => {
        throw new CallError(choose);
      },
      "image.openWith": () => {
        throw new CallError(gone);
      },
    });
    await useImages.getState().inspect("/a.ova");
    expect(useImages.getState().members).toEqual({ "/a.ova": ["a.vmdk", "b.vmdk"] });
    await unlock("/a.ova", { member: "c.vmdk" });
    expect(useView.getState().notice).toEqual(gone);
    expect(useImages.getState().views["/a.ova"]).toEqual({ state: "failed", failure: choose });
  });
});
