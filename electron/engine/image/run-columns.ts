/** The kinds of runs that columns can tell. */
export const runKind = { unallocated: 0, zero: 1, data: 2 } as const;

/**
 * Runs of one layer in columns, as many as have room: a large map has a hundred thousand of them, and an
 * object each is dear. Bytes.
 */
export interface RunColumns {
  /** How many runs there are; what the columns hold behind them means nothing. */
  count: number;
  readonly start: Float64Array;
  readonly length: Float64Array;
  /** Of `runKind`; data lies in the layer's own file. */
  readonly kind: Uint8Array;
  /** Host offset in the layer's file; -1 where there is none. */
  readonly at: Float64Array;
}

/** Columns with room for `most` runs. */
export function createRunColumns(most: number): RunColumns {
  return {
    count: 0,
    start: new Float64Array(most),
    length: new Float64Array(most),
    kind: new Uint8Array(most),
    at: new Float64Array(most),
  };
}
