import { describe, expect, it } from "vitest";
import { memorySource, memoryTarget } from "../../../electron/engine/io/memory";
import { expectBytes, pattern, readAt, targetSuite } from "./target-suite";
import { thrownBy } from "./thrown";

describe("a source in memory", () => {
  it("reads its bytes", () => {
    const source = memorySource(pattern(100), "a name");
    expect(source).toMatchObject({ name: "a name", size: 100 });
    expectBytes(readAt(source, 7, 20), pattern(100).subarray(7, 27));
    expectBytes(readAt(source, 100, 0), new Uint8Array(0));
    source.close();
    source.close();
  });

  it("says where it ends", () => {
    const source = memorySource(pattern(100));
    expect(thrownBy(() => readAt(source, 90, 11))).toMatchObject({
      code: "truncated",
      at: 90,
      expected: 11,
      found: 10,
      file: "memory",
    });
    expect(thrownBy(() => readAt(source, -1, 1)).code).toBe("truncated");
  });
});

describe("a target in memory", () => {
  targetSuite(() => memoryTarget(), true);

  it("holds only the pages written to", () => {
    const target = memoryTarget();
    target.write(65_535, pattern(2));
    expect(target.allocated).toBe(2 * 65_536);
    target.write(2 ** 50, pattern(1));
    expect(target.allocated).toBe(3 * 65_536);
    target.truncate(65_536);
    expect(target.allocated).toBe(65_536);
  });

  it("refuses to reach past 2^53 - 1", () => {
    const target = memoryTarget();
    expect(thrownBy(() => target.write(Number.MAX_SAFE_INTEGER, pattern(2))).code).toBe("io");
    expect(target.size).toBe(0);
  });
});
