import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { createControl } from "../../../electron/engine";
import { movesOf, watchOrder } from "../../../electron/workers/order-watch";

/** Takes memory outside of its heap for ever. */
const swelling = `const all = []; for (;;) all.push(new Uint8Array(2 ** 22).fill(1));`;
const mostBytes = 2 ** 28;

describe("watching a thread", () => {
  it("ends one that takes memory outside of its heap, and not an older one", async () => {
    const stopped: string[] = [];
    const watch = (name: string, stop = (): void => undefined): void => {
      const told = (why: string): void => {
        stopped.push(`${name} ${why}`);
        stop();
      };
      onTestFinished(watchOrder({ patience: Infinity, mostBytes, stop: told }));
    };
    watch("the older");
    const worker = new Worker(swelling, {
      eval: true,
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    watch("the swelling", () => void worker.terminate());
    await once(worker, "exit");
    expect(stopped).toEqual(["the swelling memory"]);
  });

  it("sees by its control whether it goes on", () => {
    const control = createControl();
    const moved = movesOf(control);
    expect(moved()).toBe(false);
    control.setTotal(10);
    expect([moved(), moved()]).toEqual([true, false]);
    control.addDone(1);
    expect([moved(), moved()]).toEqual([true, false]);
  });
});
