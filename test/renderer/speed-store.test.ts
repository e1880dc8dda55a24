import { describe, expect, it } from "vitest";
import type { SpeedResult } from "../../shared/model/read-speed";
import { CallError } from "../../renderer/api/client";
import { throughputOf, useSpeed } from "../../renderer/state/speed";
import { fakeBridge } from "./fake-bridge";

const pass = { bytes: 2048, requests: 2, seconds: 0.5 };
const result: SpeedResult = {
  size: 2048,
  requestSize: 1024,
  asked: 2048,
  first: pass,
  again: pass,
  unstored: 0,
};

describe("the speed of reading", () => {
  it("is measured one figure after the other, the raw file as it lies there", async () => {
    const { calls } = fakeBridge({ "speed.measure": () => result });
    const { follow, setRaw, setSeconds, start } = useSpeed.getState();
    follow("/a.qcow2");
    setRaw("/a.raw");
    setSeconds(1);
    await start();
    expect(calls.map(([, input]) => input)).toEqual(
      ["sequential", "random"].flatMap((pattern) => [
        { path: "/a.qcow2", side: "guest", pattern, seconds: 1 },
        { path: "/a.qcow2", side: "file", pattern, seconds: 1 },
        { path: "/a.raw", side: "file", pattern, seconds: 1 },
      ]),
    );
    expect(useSpeed.getState()).toMatchObject({ running: undefined, cancelled: false });
    expect(useSpeed.getState().figures).toHaveLength(6);
    follow("/b.qcow2");
    expect(useSpeed.getState()).toMatchObject({ figures: [], raw: undefined });
  });

  it("keeps what was measured until it was stopped, and tells of a failure", async () => {
    let asked = 0;
    const failing = (code: string) => {
      asked = 0;
      fakeBridge({
        "speed.measure": () => {
          if ((asked += 1) < 2) return result;
          throw new CallError({ code, message: "No." });
        },
      });
    };
    useSpeed.getState().follow("/c.qcow2");
    failing("cancelled");
    await useSpeed.getState().start();
    expect(useSpeed.getState()).toMatchObject({ cancelled: true, failure: undefined });
    expect(useSpeed.getState().figures).toHaveLength(1);
    failing("io");
    await useSpeed.getState().start();
    expect(useSpeed.getState()).toMatchObject({ cancelled: false, failure: { code: "io" } });
  });

  it("is bytes by seconds, and nothing for nothing", () => {
    expect(throughputOf(pass)).toBe(4096);
    expect(throughputOf({ bytes: 0, seconds: 0.1 })).toBeUndefined();
  });
});
