import { appendFileSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventually } from "../helpers/eventually";
import { tempFolder } from "../helpers/temp-folder";
import { bundle, run } from "./programs";

it("a source that is changed while it is read is told on stderr only", async () => {
  const folder = tempFolder();
  const source = join(folder, "a.raw");
  writeFileSync(source, new Uint8Array(3 * 2 ** 20).fill(1));
  utimesSync(source, 1000, 1000);
  // Slow enough that it is still at work when the new image's file is there.
  const args = [bundle, "convert", "-r", "1M", "-O", "raw", "a.raw", "b.raw"];
  const ended = run(process.execPath, args, folder);
  await eventually(() =>
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toHaveLength(1),
  );
  appendFileSync(source, "more");
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toMatch(/^lamina: warning: a\.raw was changed while it was read.*\n$/);
  expect(statSync(join(folder, "b.raw")).size).toBe(3 * 2 ** 20);
});
