import { describe, expect, it } from "vitest";
import { keepDeclared } from "../../../electron/handlers/declared";
import { createOpenings } from "../../../electron/handlers/openings";
import type { TaskRunner } from "../../../electron/workers/start-image-task";

function setUp() {
  const seen: unknown[] = [];
  const tasks: TaskRunner = {
    run: (task, input) => {
      seen.push([task, input]);
      return Promise.reject(new Error("ran"));
    },
    latest: () => Promise.reject(new Error("not asked for")),
    stopReading: () => seen.push("stopped"),
  };
  const openings = createOpenings();
  openings.keep("/declared", { format: "raw" });
  openings.keep("/locked", { passphrase: "secret" });
  return { seen, ...keepDeclared(tasks, openings) };
}

describe("tasks with an image that is opened in a declared format", () => {
  it("are told of it where they know what to do, and refused where they would go by its content", async () => {
    const { seen, run, stopReading } = setUp();
    await expect(run("chain.strips", { path: "/declared", grants: [] })).rejects.toThrow("ran");
    expect(seen).toEqual([["chain.strips", { path: "/declared", grants: [], format: "raw" }]]);
    const refused = { failure: { code: "unsupported", file: "/declared" } };
    await expect(run("health.check", { path: "/declared" })).rejects.toMatchObject(refused);
    await expect(
      run("chain.createOverlay", { base: "/declared", target: "/new" }),
    ).rejects.toMatchObject(refused);
    expect(seen).toHaveLength(1);
    stopReading();
    expect(seen.at(-1)).toBe("stopped");
  });

  it("run as ever with every other image", async () => {
    const { seen, run } = setUp();
    await expect(run("health.check", { path: "/locked" })).rejects.toThrow("ran");
    await expect(run("samples.make", { parent: "/declared", mark: "" })).rejects.toThrow("ran");
    expect(seen).toEqual([
      ["health.check", { path: "/locked" }],
      ["samples.make", { parent: "/declared", mark: "" }],
    ]);
  });
});
