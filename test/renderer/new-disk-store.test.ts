import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallError } from "../../renderer/api/client";
import { useImages } from "../../renderer/state/images";
import { useJobs } from "../../renderer/state/jobs";
import { useNewDisk } from "../../renderer/state/new-disk";
import { emptyForm, newDiskObstacle, newDiskRequest } from "../../renderer/state/new-disk-form";
import { useNewDiskOutlook } from "../../renderer/state/new-disk-outlook";
import { useView } from "../../renderer/state/view";
import { formatModels } from "../../electron/engine";
import type { Job } from "../../shared/model/job";
import { fakeBridge, type Answers } from "./fake-bridge";
import { GiB, layer, MiB, report } from "./reports";

const form = () => useNewDisk.getState();
const free = { exists: false, isSource: false, folderExists: true };

function bridge(more: Answers = {}) {
  return fakeBridge({
    "formats.list": () => formatModels(),
    "create.suggestTarget": ({ format, base }) => ({
      target: base === undefined ? `/vm/disk.${format}` : `${base}-overlay.${format}`,
    }),
    "create.checkTarget": () => free,
    "create.measure": ({ options }) =>
      options.map(({ preallocation }) =>
        preallocation === "full"
          ? { failure: { code: "invalid-argument", message: "Not so." } }
          : { size: { fileLength: 3, allocated: 2, fullyAllocated: 9 } },
      ),
    "create.commandLine": ({ target }) => ({ command: `lamina create ${target}` }),
    "create.start": () => ({ jobId: "j" }),
    "image.inspect": ({ path }) =>
      report(path, { layers: [layer(path, { virtualSize: 7 * MiB })] }),
    "recent.add": () => ({
      version: 1,
      theme: "auto",
      recent: [],
      language: "auto",
      units: "binary",
      watchedFolders: [],
      trustedFolders: [],
    }),
    ...more,
  });
}

const job = (state: Job["state"], more: Partial<Job> = {}): Job => ({
  id: "j",
  kind: "create",
  target: "/vm/disk.qcow2",
  format: "qcow2",
  state,
  phase: "copying",
  done: 0,
  total: 0,
  command: "",
  ...more,
});

beforeEach(() => {
  useNewDisk.setState({ ...emptyForm, jobId: undefined });
  useJobs.setState({ jobs: [] });
  useImages.setState({ views: {}, shown: undefined });
  useView.setState({ page: "image", notice: undefined });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the form of a new disk", () => {
  it("begins with a qcow2 under a free name", async () => {
    bridge();
    await form().begin();
    expect(useView.getState().page).toBe("newDisk");
    expect(form()).toMatchObject({ format: "qcow2", target: "/vm/disk.qcow2", check: free });
    expect(newDiskObstacle(form(), undefined)).toBeUndefined();
    expect(newDiskRequest(form())).toEqual({
      target: "/vm/disk.qcow2",
      format: "qcow2",
      size: 20 * GiB,
      options: {},
      replace: false,
    });
  });

  it("keeps a name that was given, with the ending of the format", async () => {
    bridge();
    await form().begin();
    await form().setTarget("/vm/web.qcow2");
    await form().chooseFormat("vhdx");
    expect(form().target).toBe("/vm/web.vhdx");
    await form().setTarget("/vm/web.disk");
    await form().chooseFormat("vdi");
    expect(form().target).toBe("/vm/web.disk");
  });

  it("has the size of its base, and a format that can name one", async () => {
    bridge();
    await form().begin();
    await form().chooseFormat("raw");
    await form().setBase("");
    expect(form().format).toBe("qcow2");
    expect(newDiskRequest(form())).toBeUndefined();
    expect(newDiskObstacle(form(), undefined)).toBe("base");
    await form().setBase("/vm/base.vmdk");
    expect(form()).toMatchObject({ size: 7 * MiB, target: "/vm/base.vmdk-overlay.qcow2" });
    expect(newDiskRequest(form())).toMatchObject({ base: "/vm/base.vmdk", format: "qcow2" });
    const view = useImages.getState().views["/vm/base.vmdk"];
    expect(newDiskObstacle(form(), view)).toBeUndefined();
  });

  it("begins an overlay thin, and keeps its other options", async () => {
    bridge();
    await form().begin();
    form().choose({ preallocation: "full", cluster_size: 4096 });
    await form().setBase("");
    expect(form().options).toEqual({ cluster_size: 4096 });
    form().choose({ extended_l2: true, preallocation: "metadata" });
    await form().setBase("/vm/base.qcow2");
    expect(form().options).toMatchObject({ preallocation: "metadata" });
  });

  it("does not stand on a broken image", async () => {
    const failure = { code: "missing-file", message: "Gone." };
    const broken = { from: "/vm/base.qcow2", name: "gone.qcow2", failure };
    bridge({ "image.inspect": ({ path }) => report(path, { broken }) });
    await form().begin("/vm/base.qcow2");
    await form().chooseFormat("qcow2");
    expect(newDiskObstacle(form(), useImages.getState().views["/vm/base.qcow2"])).toBe("base");
  });

  it("takes whole sectors, and names what is in the way", async () => {
    bridge({ "create.checkTarget": () => ({ ...free, exists: true }) });
    await form().begin();
    form().setSize(1000);
    expect(newDiskRequest(form())?.size).toBe(1024);
    expect(newDiskObstacle(form(), undefined)).toBe("exists");
    form().setReplace(true);
    expect(newDiskObstacle(form(), undefined)).toBeUndefined();
    form().setSize(undefined);
    expect(newDiskObstacle(form(), undefined)).toBe("size");
    await form().setTarget("disk.qcow2");
    form().setSize(512);
    expect(newDiskObstacle(form(), undefined)).toBe("relative");
  });
});

describe("making it", () => {
  it("opens the disk when its job is done, wherever its end was heard first", async () => {
    bridge({
      "create.start": () => {
        useJobs.setState({ jobs: [job("done")] });
        return { jobId: "j" };
      },
    });
    await form().begin();
    await form().start();
    expect(useImages.getState().shown).toBe("/vm/disk.qcow2");
    expect(useView.getState().page).toBe("image");
    expect(form()).toMatchObject({ jobId: undefined, format: undefined, target: "" });
  });

  it("does not take away a page that was opened meanwhile", async () => {
    bridge();
    await form().begin();
    await form().start();
    await form().jobChanged(job("running"));
    expect(form().jobId).toBe("j");
    form().leave();
    await form().jobChanged(job("done"));
    expect(useImages.getState().shown).toBeUndefined();
  });

  it("tells what went wrong, and keeps the form", async () => {
    const failure = { code: "io", message: "The host is full.", hint: "Make room." };
    bridge();
    await form().begin();
    await form().start();
    await form().jobChanged(job("failed", { failure }));
    expect(form()).toMatchObject({ failure, jobId: undefined, target: "/vm/disk.qcow2" });

    bridge({
      "create.start": () => {
        throw new CallError(failure);
      },
    });
    form().setSize(GiB);
    expect(form().failure).toBeUndefined();
    await form().start();
    expect(form()).toMatchObject({ failure, starting: false });
  });
});

describe("what it comes to", () => {
  it("is asked once the form rests, for each way to give it its space", async () => {
    vi.useFakeTimers();
    const fake = bridge();
    await form().begin();
    const { follow } = useNewDiskOutlook.getState();
    follow();
    form().setSize(3 * GiB);
    follow();
    follow();
    await vi.runAllTimersAsync();
    const asked = fake.calls.filter(([name]) => name === "create.measure");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.[1]).toMatchObject({
      size: 3 * GiB,
      options: [
        {},
        { preallocation: "off" },
        { preallocation: "metadata" },
        { preallocation: "falloc" },
        { preallocation: "full" },
      ],
    });
    const { chosen, spaces, command } = useNewDiskOutlook.getState();
    expect(chosen).toMatchObject({ state: "ready", size: { allocated: 2 } });
    expect(spaces).toMatchObject({ lazy: { state: "ready" }, eager: { state: "failed" } });
    expect(command).toBe("lamina create /vm/disk.qcow2");

    form().setSize(undefined);
    follow();
    expect(useNewDiskOutlook.getState()).toMatchObject({ chosen: undefined, command: "" });
  });
});
