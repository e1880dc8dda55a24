import { resolve } from "node:path";
import { defineConfig } from "@playwright/test";

const root = resolve(import.meta.dirname, "..");
const onServer = Boolean(process.env["CI"]);

export default defineConfig({
  testDir: resolve(root, "test/e2e"),
  // The longest begin first: at the end no core waits for another's last test.
  projects: [
    { name: "walk", testMatch: "**/walk.e2e.ts" },
    { name: "window", testMatch: "**/*.e2e.ts", testIgnore: "**/walk.e2e.ts" },
  ],
  outputDir: resolve(root, "test-results/e2e"),
  // No test looks at what another one does; each has a folder and settings of its own.
  fullyParallel: true,
  workers: 2,
  // For a machine that is several times slower, and busy: what passes does not wait for them.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  use: { actionTimeout: 30_000 },
  forbidOnly: onServer,
  maxFailures: onServer ? 5 : 0,
  reporter: "list",
});
