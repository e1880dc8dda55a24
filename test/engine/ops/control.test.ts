import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { createControl } from "../../../electron/engine";

/** Runs these lines in another thread, which has the control's words. */
function elsewhere(buffer: SharedArrayBuffer, lines: string): Worker {
  const code = `const words = new Int32Array(require("node:worker_threads").workerData);
    const set = (at, value) => { Atomics.store(words, at, value); Atomics.notify(words, 5); };
    ${lines}`;
  return new Worker(code, { eval: true, workerData: buffer });
}

describe("pausing", () => {
  it("holds a thread until it is resumed", async () => {
    const control = createControl();
    const view = createControl(control.buffer);
    view.pause();
    expect(control.paused).toBe(true);
    // The other thread counts before it resumes: who did not wait sees nothing counted.
    const worker = elsewhere(control.buffer, "set(0, 7); set(5, 0);");
    control.waitWhilePaused();
    expect(control.done).toBe(7);
    expect(view.paused).toBe(false);
    control.waitWhilePaused();
    await worker.terminate();
  });

  it("ends with a cancel, and cannot hold up one", async () => {
    const control = createControl();
    control.pause();
    const worker = elsewhere(control.buffer, "set(4, 1); set(5, 0);");
    control.waitWhilePaused();
    expect(control.cancelled).toBe(true);
    control.pause();
    control.waitWhilePaused();
    expect(() => control.throwIfCancelled()).toThrow(
      expect.objectContaining({ code: "cancelled" }),
    );
    await worker.terminate();
  });

  it("is over when the owner cancels", () => {
    const control = createControl();
    control.pause();
    control.cancel();
    expect(control.paused).toBe(false);
  });
});

describe("holding still", () => {
  it("holds a thread for a moment, and is no pause", async () => {
    const control = createControl();
    control.holdStill(true);
    expect(control.paused).toBe(false);
    const worker = elsewhere(control.buffer, "set(0, 7); set(7, 0); Atomics.notify(words, 7);");
    control.waitWhilePaused();
    expect(control.done).toBe(7);
    await worker.terminate();
  });

  it("ends with a cancel", () => {
    const control = createControl();
    control.holdStill(true);
    createControl(control.buffer).cancel();
    control.waitWhilePaused();
    expect(control.cancelled).toBe(true);
  });
});

describe("phases", () => {
  it("count from nothing", () => {
    const control = createControl();
    control.setTotal(10);
    control.addDone(10);
    expect(control.phase).toBe("copying");
    control.enter("verifying");
    const { phase, done, total } = createControl(control.buffer);
    expect({ phase, done, total }).toEqual({ phase: "verifying", done: 0, total: 0 });
  });
});
