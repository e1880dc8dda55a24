import { expect, it } from "vitest";
import type { ByteSource, ByteTarget, HostRun } from "../../../electron/engine/io/source";
import { thrownBy } from "./thrown";

const MiB = 2 ** 20;
const TiB = 2 ** 40;

/** `length` bytes that differ from one another and are never 0. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((i * 31 + seed * 7) % 255) + 1);
}

/** Compares bytes; toEqual takes seconds for a MiB. The first difference is what fails. */
export function expectBytes(found: Uint8Array, expected: Uint8Array): void {
  expect(found.length).toBe(expected.length);
  if (Buffer.compare(found, expected) === 0) return;
  const at = found.findIndex((byte, i) => byte !== expected[i]);
  expect({ at, byte: found[at] }).toEqual({ at, byte: expected[at] });
}

export function readAt(source: ByteSource, at: number, length: number): Uint8Array {
  const into = new Uint8Array(length);
  source.read(at, into);
  return into;
}

/** All runs of a source from `at` to its end; checks that they go on and never pass `max`. */
export function runsOf(source: ByteSource, at = 0, max = Infinity): (HostRun & { at: number })[] {
  const runs: (HostRun & { at: number })[] = [];
  while (at < source.size) {
    const asked = Math.min(max, source.size - at);
    const run = source.hostRun?.(at, asked) ?? { length: asked, hole: false };
    expect(run.length).toBeGreaterThan(0);
    expect(run.length).toBeLessThanOrEqual(asked);
    runs.push({ at, ...run });
    at += run.length;
  }
  return runs;
}

/** What every ByteTarget does, with `tellsHoles` or without. */
export function targetSuite(create: () => ByteTarget, tellsHoles: boolean): void {
  it("begins empty", () => {
    const target = create();
    expect(target.size).toBe(0);
    expect(target.allocated).toBe(0);
    expectBytes(readAt(target, 0, 0), new Uint8Array(0));
    expect(thrownBy(() => readAt(target, 0, 1))).toMatchObject({ code: "truncated", found: 0 });
  });

  it("reads back what was written, across page edges and in any order", () => {
    const target = create();
    const model = new Uint8Array(300_000);
    for (const [at, length] of [
      [200_000, 99_999],
      [0, 1],
      [65_535, 2],
      [131_072, 65_536],
      [60_000, 80_000],
      [299_999, 1],
    ] as const) {
      const bytes = pattern(length, at);
      target.write(at, bytes);
      model.set(bytes, at);
    }
    expect(target.size).toBe(model.length);
    expectBytes(readAt(target, 0, model.length), model);
    expectBytes(readAt(target, 65_530, 20), model.subarray(65_530, 65_550));
    expect(target.allocated).toBeGreaterThan(0);
  });

  it("takes and fills views into larger and shared buffers", () => {
    const target = create();
    const shared = new Uint8Array(new SharedArrayBuffer(100));
    shared.set(pattern(100));
    target.write(10, shared.subarray(20, 60));
    const into = new Uint8Array(new SharedArrayBuffer(100));
    target.read(10, into.subarray(30, 70));
    expect([...into.subarray(30, 70)]).toEqual([...pattern(100).subarray(20, 60)]);
    expect([...into.subarray(0, 30), ...into.subarray(70)].every((byte) => byte === 0)).toBe(true);
  });

  it("says where it ends when more is asked for", () => {
    const target = create();
    target.write(0, pattern(1000));
    const error = thrownBy(() => readAt(target, 900, 101));
    expect(error).toMatchObject({ code: "truncated", at: 900, expected: 101, found: 100 });
    expect(error.message).toContain("ends at byte 1000");
    expect(error.file).toBe(target.name);
    expect(thrownBy(() => readAt(target, 5000, 1))).toMatchObject({ at: 5000, found: 0 });
  });

  it("refuses offsets below 0", () => {
    const target = create();
    target.write(0, pattern(10));
    thrownBy(() => readAt(target, -1, 1));
    thrownBy(() => target.write(-1, pattern(1)));
    expectBytes(readAt(target, 0, 10), pattern(10));
  });

  it("reads zeros where it grew, and where it was cut and grew again", () => {
    const target = create();
    target.write(0, pattern(10_000));
    target.truncate(4000);
    target.truncate(20_000);
    expect(target.size).toBe(20_000);
    expectBytes(readAt(target, 0, 4000), pattern(10_000).subarray(0, 4000));
    expectBytes(readAt(target, 4000, 16_000), new Uint8Array(16_000));
  });

  it("holds data past 2^32 bytes, sparsely", () => {
    const target = create();
    target.write(5 * TiB + 3, pattern(100));
    expect(target.size).toBe(5 * TiB + 103);
    expect(target.allocated).toBeLessThan(MiB);
    expectBytes(readAt(target, 5 * TiB, 103).subarray(3), pattern(100));
    expectBytes(readAt(target, 2 ** 32, 5), new Uint8Array(5));
  });

  it("flushes, and closes twice", () => {
    const target = create();
    target.write(0, pattern(10));
    target.flush();
    target.close();
    expect(() => target.close()).not.toThrow();
  });

  it("tells runs that lead from one end to the other", () => {
    const target = create();
    target.write(MiB, pattern(2 * MiB));
    target.write(6 * MiB, pattern(10));
    target.truncate(8 * MiB);
    const stored = runsOf(target).filter((run) => !run.hole);
    for (const at of [MiB, 2 * MiB, 3 * MiB - 1, 6 * MiB, 6 * MiB + 9]) {
      expect(stored.some((run) => run.at <= at && at < run.at + run.length)).toBe(true);
    }
    for (const run of runsOf(target, 12_345, 700_000)) {
      if (run.hole)
        expect(readAt(target, run.at, run.length).every((byte) => byte === 0)).toBe(true);
    }
  });

  it("counts what lies past the end as stored, so that reading it fails", () => {
    const target = create();
    target.truncate(MiB);
    expect(target.hostRun?.(MiB, 5)).toEqual({ length: 5, hole: false });
    expect(target.hostRun?.(9 * MiB, 5)).toEqual({ length: 5, hole: false });
  });

  if (!tellsHoles) return;

  it("tells holes from data", () => {
    const target = create();
    target.write(MiB, pattern(MiB));
    target.write(4 * TiB, pattern(MiB));
    target.truncate(6 * TiB);
    expect(runsOf(target)).toEqual([
      { at: 0, length: MiB, hole: true },
      { at: MiB, length: MiB, hole: false },
      { at: 2 * MiB, length: 4 * TiB - 2 * MiB, hole: true },
      { at: 4 * TiB, length: MiB, hole: false },
      { at: 4 * TiB + MiB, length: 2 * TiB - MiB, hole: true },
    ]);
    expect(target.hostRun?.(MiB + 5, 7)).toEqual({ length: 7, hole: false });
    expect(target.hostRun?.(MiB + 5, TiB)).toEqual({ length: MiB - 5, hole: false });
    expect(target.hostRun?.(2 * MiB + 5, 7)).toEqual({ length: 7, hole: true });
    // Asked past the end, it answers up to the end.
    expect(target.hostRun?.(5 * TiB, 3 * TiB)).toEqual({ length: TiB, hole: true });
  });

  it("gives space back when a hole is punched", () => {
    const target = create();
    target.write(0, pattern(4 * MiB));
    target.flush();
    const before = target.allocated ?? 0;
    target.punchHole?.(MiB, 2 * MiB);
    target.punchHole?.(10, 0);
    expect(target.size).toBe(4 * MiB);
    expect(before - (target.allocated ?? 0)).toBe(2 * MiB);
    expect(readAt(target, MiB, 2 * MiB).every((byte) => byte === 0)).toBe(true);
    expectBytes(readAt(target, 0, MiB), pattern(4 * MiB).subarray(0, MiB));
    expect(runsOf(target).map((run) => run.hole)).toEqual([false, true, false]);
    target.punchHole?.(100, 50);
    expectBytes(
      readAt(target, 99, 52),
      Uint8Array.of(pattern(100)[99] ?? 0, ...new Uint8Array(50), pattern(151)[150] ?? 0),
    );
  });
}
