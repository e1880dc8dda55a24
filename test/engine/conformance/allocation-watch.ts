import { vi } from "vitest";

const kinds = [
  "ArrayBuffer",
  "SharedArrayBuffer",
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
  "Int32Array",
  "BigUint64Array",
  "Float64Array",
  "Array",
] as const;

/** Bytes that one element takes; 8 for those of a plain array. */
function elementSize(kind: object): number {
  return "BYTES_PER_ELEMENT" in kind ? Number(kind.BYTES_PER_ELEMENT) : kind === Array ? 8 : 1;
}

/**
 * Runs `work`, in which no buffer or array of more than `limit` bytes can be made by its length; whoever
 * tries gets a RangeError. What is made piece by piece is counted by nobody.
 */
export function withinAllocation<T>(limit: number, work: () => T): T {
  for (const name of kinds) {
    const kind = globalThis[name];
    const watched: object = new Proxy(kind, {
      construct(target, args: unknown[], newTarget): object {
        const [length] = args;
        if (args.length === 1 && typeof length === "number" && length * elementSize(kind) > limit)
          throw new RangeError(`${name} of ${length} elements: more than ${limit} bytes`);
        return Reflect.construct(
          target,
          args,
          newTarget === watched ? target : newTarget,
        ) as object;
      },
    });
    vi.stubGlobal(name, watched);
  }
  try {
    return work();
  } finally {
    vi.unstubAllGlobals();
  }
}
