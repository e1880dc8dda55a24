import type { Run } from "./layer";

type EncodedRun = Extract<Run, { kind: "encoded" }>;

/** How many decoded units are kept. A unit is at most 2 MiB in the formats there are. */
const KEPT = 4;

interface Unit {
  readonly depth: number;
  /** Guest offset of the unit's first byte. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * Decodes runs and keeps the last few units, so that small reads in a row decode each unit once.
 * The answer fills `part` with the bytes of `run`, which layer `depth` gave for `guestAt`.
 * @throws ImageError `corrupt-data`.
 */
export function decodedUnits() {
  /** Latest used first. */
  const units: Unit[] = [];

  return (depth: number, guestAt: number, run: EncodedRun, part: Uint8Array): void => {
    if (run.skip === 0 && part.length === run.unit) {
      run.decode(part);
      return;
    }
    const at = guestAt - run.skip;
    const known = units.findIndex((unit) => unit.depth === depth && unit.at === at);
    let [unit] = known < 0 ? [] : units.splice(known, 1);
    if (unit?.bytes.length !== run.unit) {
      const spare = units.length < KEPT ? undefined : units.pop();
      const fits = spare?.bytes.length === run.unit;
      const bytes = fits ? spare.bytes : new Uint8Array(run.unit);
      run.decode(bytes);
      unit = { depth, at, bytes };
    }
    units.unshift(unit);
    part.set(unit.bytes.subarray(run.skip, run.skip + part.length));
  };
}
