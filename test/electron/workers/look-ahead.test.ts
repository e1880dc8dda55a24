import { describe, expect, it } from "vitest";
import { lookAhead } from "../../../electron/workers/look-ahead";
import type { InspectOrder } from "../../../electron/workers/messages";
import type { Inspector } from "../../../electron/workers/start-inspector";
import type { ImageReport } from "../../../shared/model/report";

const order: InspectOrder = { path: "/images/a.qcow2", grants: [{ folder: "/bases" }] };

/** An inspector that notes what it is asked; each answer has the number of its order for a path. */
function counting(fails = false) {
  const asked: InspectOrder[] = [];
  let warmed = 0;
  const inspector: Inspector = {
    warmUp: () => void (warmed += 1),
    inspect: async (given) => {
      asked.push(given);
      if (fails) throw new Error("missing");
      return { path: String(asked.length) } as ImageReport;
    },
    close: () => undefined,
  };
  return { inspector, asked, warmed: () => warmed };
}

describe("looking ahead", () => {
  it("asks at once, and answers the same order with that, once", async () => {
    const { inspector, asked } = counting();
    const ahead = lookAhead(inspector, order);
    expect(asked).toEqual([order]);
    expect((await ahead.inspect(structuredClone(order))).path).toBe("1");
    expect((await ahead.inspect(order)).path).toBe("2");
    expect(asked).toHaveLength(2);
  });

  it("answers no other order, and nothing after one", async () => {
    const { inspector } = counting();
    const ahead = lookAhead(inspector, order);
    expect((await ahead.inspect({ ...order, grants: [] })).path).toBe("2");
    expect((await ahead.inspect(order)).path).toBe("3");
  });

  it("keeps a failure for whoever asks", async () => {
    const ahead = lookAhead(counting(true).inspector, order);
    await expect(ahead.inspect(order)).rejects.toThrow("missing");
  });

  it("starts the thread when there is nothing to ask", () => {
    const { inspector, asked, warmed } = counting();
    lookAhead(inspector, undefined);
    expect([asked.length, warmed()]).toEqual([0, 1]);
  });
});
