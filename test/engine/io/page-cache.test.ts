import { describe, expect, it } from "vitest";
import { memorySource } from "../../../electron/engine/io/memory";
import { withPageCache } from "../../../electron/engine/io/page-cache";
import type { ByteSource } from "../../../electron/engine/io/source";
import { expectBytes, pattern, readAt } from "./target-suite";
import { thrownBy } from "./thrown";

const bytes = pattern(10_007);

/** A source that lists what is read from it. */
function listed(): { source: ByteSource; reads: [at: number, length: number][] } {
  const reads: [number, number][] = [];
  const below = memorySource(bytes, "below");
  const read = (at: number, into: Uint8Array): void => {
    reads.push([at, into.length]);
    below.read(at, into);
  };
  return { source: { ...below, read }, reads };
}

describe("a page cache", () => {
  it("answers as the source does, for every kind of range", () => {
    const cached = withPageCache(listed().source, { pageSize: 100, pages: 3 });
    expect(cached).toMatchObject({ name: "below", size: bytes.length });
    for (let at = 0; at < bytes.length; at += 97) {
      for (const length of [0, 1, 63, 99, 100, 101, 250]) {
        if (at + length > bytes.length) continue;
        expectBytes(readAt(cached, at, length), bytes.subarray(at, at + length));
      }
    }
  });

  it("reads a page once while it is kept", () => {
    const { source, reads } = listed();
    const cached = withPageCache(source, { pageSize: 100, pages: 2 });
    readAt(cached, 205, 8);
    readAt(cached, 290, 10);
    readAt(cached, 200, 99);
    expect(reads).toEqual([[200, 100]]);
    // Across an edge: only the page that is not there yet.
    readAt(cached, 295, 10);
    expect(reads).toEqual([
      [200, 100],
      [300, 100],
    ]);
  });

  it("lets go of the page used longest ago", () => {
    const { source, reads } = listed();
    const cached = withPageCache(source, { pageSize: 100, pages: 2 });
    for (const at of [0, 100, 0, 200, 0, 100]) readAt(cached, at, 8);
    expect(reads.map(([at]) => at)).toEqual([0, 100, 200, 100]);
  });

  it("reads the short page at the end", () => {
    const { source, reads } = listed();
    const cached = withPageCache(source, { pageSize: 100, pages: 2 });
    expectBytes(readAt(cached, 10_003, 4), bytes.subarray(10_003));
    expect(reads).toEqual([[10_000, 7]]);
  });

  it("lets large reads pass by", () => {
    const { source, reads } = listed();
    const cached = withPageCache(source, { pageSize: 100, pages: 2 });
    readAt(cached, 50, 8);
    readAt(cached, 40, 5000);
    readAt(cached, 51, 8);
    expect(reads).toEqual([
      [0, 100],
      [40, 5000],
    ]);
  });

  it("says what the source says past the end", () => {
    const cached = withPageCache(listed().source, { pageSize: 100 });
    expect(thrownBy(() => readAt(cached, 10_000, 8))).toMatchObject({
      code: "truncated",
      at: 10_000,
      expected: 8,
      found: 7,
    });
    expect(thrownBy(() => readAt(cached, -1, 8)).code).toBe("truncated");
  });

  it("fails only for damaged bytes, not for their neighbours on the page", () => {
    const below = memorySource(bytes.subarray(0, 150), "shrunk");
    const cached = withPageCache({ ...below, size: 200 }, { pageSize: 100 });
    expectBytes(readAt(cached, 140, 10), bytes.subarray(140, 150));
    expect(thrownBy(() => readAt(cached, 145, 10))).toMatchObject({ at: 145, found: 5 });
  });

  it("closes the source", () => {
    let closed = 0;
    const source: ByteSource = { ...memorySource(bytes), close: () => (closed += 1) };
    withPageCache(source).close();
    expect(closed).toBe(1);
  });

  it.each([{ pageSize: 0 }, { pageSize: 1.5 }, { pages: 0 }, { pages: NaN }])(
    "refuses %o",
    (options) => {
      expect(thrownBy(() => withPageCache(memorySource(bytes), options)).code).toBe(
        "invalid-argument",
      );
    },
  );
});
