import { describe, expect, it } from "vitest";
import { resultOf, tableOf } from "./results";
import type { Round } from "./rounds";
import { rows } from "./rows";

const [row] = rows;
if (row === undefined) throw new Error("the benchmark has no rows");
const { bars } = row;
const { wall: bar = 0 } = bars;

/** A round in which Lamina takes `wall` times what the other program does. */
function round(wall: number, disturbed = false, peak = 1): Round {
  const measured = { cpu: 1, foreign: 0 };
  return {
    lamina: { ...measured, wall, peak },
    other: { ...measured, wall: 1, peak: 1 },
    disturbed,
  };
}

describe("what a row came to", () => {
  it("is the median of the undisturbed rounds", () => {
    const result = resultOf(row, [round(0.7), round(9, true), round(0.1), round(0.2)]);
    expect(result).toMatchObject({ wallRatio: 0.2, wall: { lamina: 0.2, other: 1 } });
    expect(result.verdict).toBe("ok");
    expect(resultOf(row, [round(0.2), round(0.4)]).wallRatio).toBeCloseTo(0.3);
  });

  it("is missed above a bar, and not on it", () => {
    expect(resultOf(row, [round(bar)]).verdict).toBe("ok");
    expect(resultOf(row, [round(bar + 0.01)]).verdict).toBe("missed");
    expect(resultOf(row, [round(0.1, false, bars.peak)]).verdict).toBe("ok");
    expect(resultOf(row, [round(0.1, false, bars.peak + 1)]).verdict).toBe("missed");
  });

  it("is not missed without a bar, save for memory", () => {
    const reported = { ...row, bars: { peak: bars.peak } };
    const result = resultOf(reported, [round(9)]);
    expect(result.verdict).toBe("ok");
    expect(tableOf([result])).not.toMatch(/NaN|undefined/);
    expect(resultOf(reported, [round(0.1, false, bars.peak + 1)]).verdict).toBe("missed");
  });

  it("is undecided when every round was disturbed, save for memory", () => {
    expect(resultOf(row, [round(9, true)])).toMatchObject({ verdict: "busy", wallRatio: 9 });
    expect(resultOf(row, [round(0.1, true, bars.peak + 1)]).verdict).toBe("missed");
  });

  it("is one line of the table", () => {
    const lines = tableOf([resultOf(row, [round(0.25), round(1, true)])]).split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/ 1\.000 +0\.250 +0\.25 .* 1\/2 +ok$/);
  });
});

it("names every row but once, so that --rows can choose it", () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});
