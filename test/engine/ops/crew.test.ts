import { describe, expect, it } from "vitest";
import { createCrew } from "../../../electron/engine/ops/crew";

describe("the operations of an open batch", () => {
  it("are there as they are given out, for every thread", () => {
    const crew = createCrew();
    const other = createCrew(crew.buffer);
    crew.open();
    crew.publish(2, false);
    expect([other.take(), crew.take()]).toEqual([0, 1]);
    expect([other.has(0), other.has(1), crew.has(1)]).toEqual([true, true, true]);
    crew.publish(3, true);
    expect([other.has(2), other.has(3)]).toEqual([true, false]);
  });

  it("may be none", () => {
    const crew = createCrew();
    crew.open();
    crew.publish(0, true);
    expect(crew.has(crew.take())).toBe(false);
  });

  it("begin anew with the next batch", () => {
    const crew = createCrew();
    crew.open();
    crew.publish(5, true);
    crew.take();
    crew.close();
    crew.open();
    crew.publish(1, false);
    expect(crew.take()).toBe(0);
    expect(crew.has(0)).toBe(true);
  });

  it("are waited for by nobody once somebody has failed, whatever is given out then", () => {
    const crew = createCrew();
    const other = createCrew(crew.buffer);
    crew.open();
    crew.publish(1, false);
    other.fail(new Error("broken"));
    // Would wait for ever.
    expect([crew.has(0), crew.has(7)]).toEqual([false, false]);
    crew.publish(2, false);
    expect([other.has(0), other.has(7)]).toEqual([false, false]);
  });
});
