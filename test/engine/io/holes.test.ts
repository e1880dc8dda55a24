import { describe, expect, it } from "vitest";
import { rememberStored } from "../../../electron/engine/io/holes";
import type { HostRun } from "../../../electron/engine/io/source";

/** Bytes 100 to 300 are stored, the rest up to 1000 is a hole. Notes where it was asked. */
function host(asked: number[]): (at: number, max: number) => HostRun {
  return (at, max) => {
    asked.push(at);
    const hole = at < 100 || at >= 300;
    const end = at < 100 ? 100 : at < 300 ? 300 : 1000;
    return { length: Math.min(max, end - at), hole };
  };
}

describe("the remembered stored run", () => {
  it("is asked for once, wherever in it the questions begin", () => {
    const asked: number[] = [];
    const hostRun = rememberStored(host(asked));
    expect(hostRun(150, 10)).toEqual({ length: 10, hole: false });
    expect(hostRun(160, 500)).toEqual({ length: 140, hole: false });
    expect(hostRun(299, 1)).toEqual({ length: 1, hole: false });
    expect(asked).toEqual([150]);
    expect(hostRun(100, 500)).toEqual({ length: 200, hole: false });
    expect(asked).toEqual([150, 100]);
  });

  it("is no answer for holes, which are asked for each time", () => {
    const asked: number[] = [];
    const hostRun = rememberStored(host(asked));
    for (const at of [0, 0, 300]) expect(hostRun(at, 50)).toEqual({ length: 50, hole: true });
    expect(hostRun(90, 50)).toEqual({ length: 10, hole: true });
    expect(asked).toEqual([0, 0, 300, 90]);
  });

  it("is known to begin where a hole has ended, and only there", () => {
    const known: boolean[] = [];
    const ask = host([]);
    const hostRun = rememberStored((at, max, stored) => {
      known.push(stored);
      return ask(at, max);
    });
    for (const at of [150, 0, 100, 300, 50]) hostRun(at, 1000);
    expect(known).toEqual([false, false, true, false, false]);
  });
});
