import { beforeEach, expect, it } from "vitest";
import { useConvert } from "../../renderer/state/convert";
import { useUnfinished } from "../../renderer/state/unfinished";
import type { UnfinishedJob } from "../../shared/model/unfinished-job";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";

const job: UnfinishedJob = {
  id: "7d0f3a52-55a1-4a5e-9d1e-0f6f3c1b2a90",
  source: "/vm/a.raw",
  target: "/vm/a.qcow2",
  format: "qcow2",
  startedAt: "2026-10-11T08:30:00.000Z",
  targetThere: false,
  partials: [],
};

beforeEach(() => {
  useUnfinished.setState(useUnfinished.getInitialState(), true);
  useConvert.setState(useConvert.getInitialState(), true);
});

it("takes one off the list when it is answered", async () => {
  const { calls } = fakeBridge({
    "jobs.unfinished": () => [job],
    "jobs.forgetUnfinished": () => undefined,
  });
  await useUnfinished.getState().load();
  await useUnfinished.getState().forget(job.id, false);
  expect(calls.at(-1)).toEqual(["jobs.forgetUnfinished", { jobId: job.id, remove: false }]);
  expect(useUnfinished.getState().jobs).toEqual([]);
});

it("removes what one has left before its source is converted again", async () => {
  const { calls } = fakeBridge({
    "jobs.forgetUnfinished": () => undefined,
    "formats.list": () => [],
    "image.inspect": ({ path }) => report(path),
  });
  await useUnfinished.getState().again(job);
  expect(calls[0]).toEqual(["jobs.forgetUnfinished", { jobId: job.id, remove: true }]);
  expect(useConvert.getState().sources).toEqual(["/vm/a.raw"]);
});
