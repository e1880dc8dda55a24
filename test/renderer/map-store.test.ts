import { beforeEach, describe, expect, it } from "vitest";
import { CallError } from "../../renderer/api/client";
import { useMap } from "../../renderer/state/map";
import type { CallInput } from "../../shared/ipc/contract";
import type { MapCells } from "../../shared/model/map";
import { mostCells } from "../../shared/model/most-cells";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";
import { eventually } from "../helpers/eventually";

const map = () => useMap.getState();
const unit = 65_536;
const size = 2 ** 41;
const fit = size / 4096;
type Question = CallInput<"map.cells">;

/** An answer that tells by its fill which row it is. */
function cells({ from }: Question): MapCells {
  return {
    size,
    unit,
    classes: ["unallocated", "data"],
    shown: Uint8Array.of(1),
    fill: Uint8Array.of(from / (mostCells * unit)),
    totals: [size - unit, unit],
    unavailable: { layer: "one-file" },
  };
}

/** A main process that answers when it is told to. */
function bridge() {
  const asked: Question[] = [];
  const waiting: {
    question: Question;
    done: (cells: MapCells) => void;
    fail: (error: CallError) => void;
  }[] = [];
  fakeBridge({
    "map.cells": (question) =>
      new Promise((done, fail) => {
        // A newer question takes the place of the older.
        for (const older of waiting.splice(0))
          older.fail(new CallError({ code: "cancelled", message: "Cancelled." }));
        asked.push(question);
        waiting.push({ question, done, fail });
      }),
    "map.place": ({ at }) => ({
      at,
      length: unit,
      class: "data",
      kind: "data",
      shares: [],
      snapshots: [],
    }),
  });
  const settle = async (how: (one: (typeof waiting)[number]) => void) => {
    await eventually(() => expect(waiting).not.toHaveLength(0));
    for (const one of waiting.splice(0)) how(one);
    await Promise.resolve();
  };
  return {
    asked,
    answer: () => settle(({ question, done }) => done(cells(question))),
    fail: (code: string) => settle(({ fail }) => fail(new CallError({ code, message: "No." }))),
  };
}

const whole = { cellSize: fit, fit, size, from: 0, to: size };
const near = (first: number) => ({
  cellSize: unit,
  fit,
  size,
  from: first * unit,
  to: (first + 3000) * unit,
});

beforeEach(() => {
  useMap.setState({ of: undefined });
  map().open(report("/vm/web01.qcow2"));
});

describe("what the map asks for", () => {
  it("is the whole once, whose totals are kept", async () => {
    const { asked, answer } = bridge();
    map().want(whole);
    await answer();
    await eventually(() => expect(map().overview?.cells.totals).toEqual([size - unit, unit]));
    map().want(whole);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ from: 0, cellSize: fit, order: "guest", by: "kind" });
    expect(map().unavailable).toEqual({ layer: "one-file" });
    expect(map().row(fit, 0)?.totals).toEqual([size - unit, unit]);
  });

  it("is what is seen first, then the whole, then what lies ahead and behind", async () => {
    const { asked, answer } = bridge();
    map().want(near(3 * mostCells));
    for (let i = 0; i < 4; i++) await answer();
    await eventually(() => expect(map().row(unit, 2)).toBeDefined());
    expect(asked.map(({ from, cellSize }) => [cellSize, from / (mostCells * cellSize)])).toEqual([
      [unit, 3],
      [fit, 0],
      [unit, 4],
      [unit, 2],
    ]);
    expect(map().row(unit, 3)?.fill[0]).toBe(3);
  });

  it("is given up for what is seen now", async () => {
    const { asked, answer } = bridge();
    map().want(near(0));
    await eventually(() => expect(asked).toHaveLength(1));
    map().want(near(9 * mostCells));
    await eventually(() => expect(asked).toHaveLength(2));
    await answer();
    await eventually(() => expect(map().row(unit, 9)).toBeDefined());
    expect(map().row(unit, 0)).toBeUndefined();
    expect(map().failure).toBeUndefined();
  });

  it("is not asked again after a failure, until the user wants it", async () => {
    const { asked, answer, fail } = bridge();
    map().want(whole);
    await fail("invalid-table");
    await eventually(() => expect(map().failure?.code).toBe("invalid-table"));
    map().want(whole);
    expect(asked).toHaveLength(1);
    map().retry();
    expect(map().failure).toBeUndefined();
    await answer();
    await eventually(() => expect(map().overview).toBeDefined());
  });

  it("is asked anew when the image was looked into again, and in another colouring", async () => {
    const { asked, answer } = bridge();
    map().want(whole);
    await answer();
    await eventually(() => expect(map().overview).toBeDefined());
    map().look({ by: "sharing" });
    await answer();
    await eventually(() => expect(map().overview).toBeDefined());
    map().look({ by: "kind" });
    expect(map().overview).toBeDefined();
    map().open(report("/vm/web01.qcow2"));
    await eventually(() => expect(asked).toHaveLength(3));
    expect(asked.map(({ by }) => by)).toEqual(["kind", "sharing", "kind"]);
  });
});

describe("the cell that is pointed at", () => {
  it("is the newest", async () => {
    bridge();
    await Promise.all([
      map().point({ at: 0, length: unit }),
      map().point({ at: unit, length: unit }),
    ]);
    expect(map().place?.at).toBe(unit);
    expect(map().pointed).toBe(unit);
    await map().point(undefined);
    expect(map().place).toBeUndefined();
  });
});
