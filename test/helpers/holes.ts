import type { TestContext } from "vitest";
import { nativeCalls } from "../../electron/engine/io/native";

/**
 * Skips a test that expects the host's holes to be told from zeros, where koffi is absent and they
 * cannot be. Call it in the test, or hand it to `beforeEach`.
 */
export function needsHoles({ skip }: Pick<TestContext, "skip">): void {
  skip(nativeCalls() === undefined, "koffi is absent, so holes are not seen");
}
