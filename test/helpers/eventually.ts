import { vi } from "vitest";

/**
 * Waits until a check passes, as `vi.waitFor` does, whose one second is short on a busy machine.
 * Fails with what the check last failed with after 20 s.
 */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20 });
}
