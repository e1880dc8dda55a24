import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

// The tests of what `npm run package` has made; one after the other, because they install it.
export default defineConfig({
  root: resolve(import.meta.dirname, ".."),
  test: {
    environment: "node",
    include: ["test/package/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
