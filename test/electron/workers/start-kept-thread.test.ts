import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createKeptThread } from "../../../electron/workers/start-kept-thread";
import { tempFolder } from "../../helpers/temp-folder";

/** A thread that counts its answers, and waits for its order to be cancelled or for ever. */
const script = `
import { parentPort } from "node:worker_threads";
let count = 0;
parentPort.on("message", ({ input, control }) => {
  const words = new Int32Array(control);
  if (input === "throws") throw new Error("bug");
  if (input === "hangs") for (;;);
  while (input === "waits" && Atomics.load(words, 4) === 0);
  count += 1;
  parentPort.postMessage({ ok: true, value: input + " " + count });
});
`;

function threadOf({ grace = 3000, patience = 60_000 } = {}) {
  const file = join(tempFolder(), "image-task.mjs");
  writeFileSync(file, script);
  const { ask } = createKeptThread(file, { grace, patience });
  return (input: string) => ask({ task: "map.cells", input });
}

describe("a thread that is kept", () => {
  it("answers one question after the other", async () => {
    const ask = threadOf();
    expect(await ask("a")).toBe("a 1");
    expect(await ask("b")).toBe("b 2");
  });

  it("gives up the question before", async () => {
    const ask = threadOf();
    const older = ask("waits");
    const newer = ask("b");
    await expect(older).rejects.toMatchObject({ failure: { code: "cancelled" } });
    expect(await newer).toBe("b 2");
  });

  it("is replaced when it does not hear, and the newest question is asked again", async () => {
    const ask = threadOf({ grace: 50 });
    const older = ask("hangs");
    const newer = ask("b");
    await expect(older).rejects.toMatchObject({ failure: { code: "cancelled" } });
    expect(await newer).toBe("b 1");
  });

  it("is ended when it answers nothing for long, and the next question finds another", async () => {
    const ask = threadOf({ patience: 2000 });
    await expect(ask("hangs")).rejects.toMatchObject({ failure: { code: "limit" } });
    expect(await ask("b")).toBe("b 1");
  });

  it("fails with its question, and the next question finds another", async () => {
    const ask = threadOf();
    await expect(ask("throws")).rejects.toMatchObject({ failure: { code: "internal" } });
    expect(await ask("b")).toBe("b 1");
  });
});
