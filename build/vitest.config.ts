import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: resolve(import.meta.dirname, ".."),
  test: {
    environment: "node",
    // One more than there are cores: much of the time a test waits for qemu-img or for the disk.
    maxWorkers: availableParallelism() + 1,
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "test/package/**"],
    globalSetup: [resolve(import.meta.dirname, "vitest-global-setup.ts")],
    // Cross checks start qemu-img many times, and a machine may be slow and busy: what passes does not
    // wait for these.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
