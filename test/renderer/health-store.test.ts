import { beforeEach, describe, expect, it, vi } from "vitest";
import { CallError } from "../../renderer/api/client";
import { useHealth } from "../../renderer/state/health";
import { useImages } from "../../renderer/state/images";
import type { CheckResult } from "../../shared/model/check";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";

const path = "/vm/a.qcow2";
const clean = { leaks: 0, corruptions: 0, checkErrors: 0, dirty: false, corrupt: false };
const found = (result: Partial<typeof clean>) => () =>
  ({ ...clean, ...result }) as unknown as CheckResult;
const asked = { path, mode: "leaks" } as const;

beforeEach(() => {
  vi.unstubAllGlobals();
  useHealth.setState({ ...useHealth.getInitialState(), asked }, true);
  useImages.setState({ views: { [path]: { state: "ready", report: report(path) } } });
});

describe("a repair that is asked for before the check has ended", () => {
  it("is asked for where the check calls for one", async () => {
    fakeBridge({ "health.check": found({ leaks: 2 }) });
    await useHealth.getState().check(path);
    expect(useHealth.getState().asked).toEqual(asked);
  });

  it.each([
    ["finds nothing", found({})],
    [
      "is stopped",
      () => {
        throw new CallError({ code: "cancelled", message: "stopped" });
      },
    ],
  ])("is given up where the check %s", async (_, check) => {
    fakeBridge({ "health.check": check });
    await useHealth.getState().check(path);
    expect(useHealth.getState().asked).toBeUndefined();
  });

  it("stays asked for when it is another image that has nothing to repair", async () => {
    fakeBridge({ "health.check": found({}) });
    await useHealth.getState().check("/vm/b.qcow2");
    expect(useHealth.getState().asked).toEqual(asked);
  });
});
