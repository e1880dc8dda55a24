import { describe, expect, it } from "vitest";
import type { Control } from "../../../electron/engine";
import { bytesHandlers } from "../../../electron/handlers/bytes";
import { createOpenings } from "../../../electron/handlers/openings";
import { speedHandlers } from "../../../electron/handlers/speed";
import type { TaskRunner } from "../../../electron/workers/start-image-task";
import { eventually } from "../../helpers/eventually";

/** Handlers over tasks that end only when they are told, or cancelled. */
function setUp() {
  const asked: unknown[] = [];
  const told: unknown[] = [];
  const ends: { control: Control | undefined; end: (value: unknown) => void }[] = [];
  const run = (task: string, input: unknown, control?: Control) => {
    asked.push([task, input]);
    return new Promise((end) => ends.push({ control, end }));
  };
  const openings = createOpenings();
  openings.keep("/locked.qcow2", { passphrase: "secret" });
  const parts = {
    grants: { list: () => ["/granted"] },
    openings,
    emit: (name: string, payload: unknown) => void told.push([name, payload]),
  };
  const tasks = { run, stopReading: () => {} } as unknown as TaskRunner;
  return {
    asked,
    told,
    ends,
    handlers: { ...bytesHandlers(tasks, parts), ...speedHandlers(tasks, parts) },
  };
}

describe("calls for bytes", () => {
  it("go with what was granted, and with what opens the image", () => {
    const { asked, handlers } = setUp();
    const place = { path: "/locked.qcow2", side: "guest", snapshot: 2 } as const;
    void handlers["bytes.read"]({ ...place, at: 512, length: 16 });
    void handlers["speed.measure"]({
      path: "/a.raw",
      side: "file",
      pattern: "random",
      seconds: 5,
    });
    expect(asked).toEqual([
      ["bytes.read", { ...place, grants: ["/granted"], passphrase: "secret", at: 512, length: 16 }],
      [
        "speed.measure",
        { path: "/a.raw", side: "file", grants: ["/granted"], pattern: "random", seconds: 5 },
      ],
    ]);
  });

  it("run one search at a time, which tells how far it is and can be ended", async () => {
    const { told, ends, handlers } = setUp();
    const request = { path: "/a", side: "file", from: 0, needle: Uint8Array.of(1) } as const;
    const first = handlers["bytes.find"](request);
    expect(ends[0]?.control?.cancelled).toBe(false);
    const second = handlers["bytes.find"](request);
    expect(ends[0]?.control?.cancelled).toBe(true);
    ends[1]?.control?.setTotal(10);
    ends[1]?.control?.addDone(4);
    await eventually(() =>
      expect(told).toEqual([["bytes.finding", { path: "/a", done: 4, total: 10 }]]),
    );
    await handlers["bytes.stopFinding"](undefined);
    expect(ends[1]?.control?.cancelled).toBe(true);
    for (const { end } of ends) end({ at: 3 });
    expect(await Promise.all([first, second])).toEqual([{ at: 3 }, { at: 3 }]);
  });
});
