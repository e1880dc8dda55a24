import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, describe, expect, it } from "vitest";
import { createInspector, type Inspector } from "../../../electron/workers/start-inspector";
import { tempFolder } from "../../helpers/temp-folder";

/** A thread that answers by what the path says; the name tells how often this thread was asked. */
const script = `
import { parentPort } from "node:worker_threads";
let asked = 0;
parentPort.on("message", ({ path, grants }) => {
  asked += 1;
  if (path === "/dies") process.exit(3);
  if (path === "/throws") throw new Error("bug");
  if (path === "/hungry") { const all = []; for (;;) all.push(new Array(1e5).fill(asked)); }
  if (path === "/hangs") for (;;);
  if (path === "/bad") parentPort.postMessage({ ok: false, failure: { code: "truncated", message: "Short." } });
  else parentPort.postMessage({ ok: true, value: { path, name: String(asked), grants } });
});
`;

function inspectorOf(patience?: number): Inspector {
  const file = join(tempFolder(), "inspector.mjs");
  writeFileSync(file, script);
  const inspector = createInspector(file, patience);
  onTestFinished(() => inspector.close());
  return inspector;
}

const order = (path: string) => ({ path, grants: ["/granted"] });

describe("inspector", () => {
  it("answers each order in one thread, one after the other", async () => {
    const inspector = inspectorOf();
    const reports = await Promise.all(
      ["/a", "/b", "/c"].map((path) => inspector.inspect(order(path))),
    );
    expect(reports).toMatchObject([
      { path: "/a", name: "1", grants: ["/granted"] },
      { path: "/b", name: "2" },
      { path: "/c", name: "3" },
    ]);
  });

  it("answers the first order in the thread that was warmed up", async () => {
    const inspector = inspectorOf();
    inspector.warmUp();
    inspector.warmUp();
    expect(await inspector.inspect(order("/a"))).toMatchObject({ name: "1" });
    inspector.warmUp();
    expect(await inspector.inspect(order("/b"))).toMatchObject({ name: "2" });
  });

  it("hands on a failure and keeps the thread", async () => {
    const inspector = inspectorOf();
    await expect(inspector.inspect(order("/bad"))).rejects.toMatchObject({
      failure: { code: "truncated", message: "Short." },
    });
    expect(await inspector.inspect(order("/a"))).toMatchObject({ name: "2" });
  });

  it.each([
    ["/dies", "internal", /ended early/],
    ["/throws", "internal", /bug/],
    ["/hungry", "limit", /memory/],
  ])("loses only the order for %s when its thread dies of it", async (path, code, message) => {
    const inspector = inspectorOf();
    const all = ["/a", path, "/b"].map((each) => inspector.inspect(order(each)));
    const [before, lost, after] = await Promise.allSettled(all);
    expect(before).toMatchObject({ status: "fulfilled", value: { path: "/a" } });
    expect(lost).toMatchObject({ reason: { failure: { code, file: path } } });
    expect(lost).toMatchObject({
      reason: { failure: { message: expect.stringMatching(message) } },
    });
    // A new thread counts from one.
    expect(after).toMatchObject({ status: "fulfilled", value: { path: "/b", name: "1" } });
  });

  it("stops a thread that takes too long", async () => {
    const inspector = inspectorOf(1500);
    const hanging = inspector.inspect(order("/hangs"));
    const next = inspector.inspect(order("/a"));
    await expect(hanging).rejects.toMatchObject({ failure: { code: "limit", file: "/hangs" } });
    expect(await next).toMatchObject({ path: "/a", name: "1" });
  });

  it("opens other images in a second thread while one takes long", async () => {
    const inspector = inspectorOf();
    const hanging = inspector.inspect(order("/hangs"));
    const reports = await Promise.all(["/a", "/b"].map((path) => inspector.inspect(order(path))));
    expect(reports).toMatchObject([
      { path: "/a", name: "1" },
      { path: "/b", name: "2" },
    ]);
    inspector.close();
    await expect(hanging).rejects.toMatchObject({ failure: { code: "cancelled" } });
  });

  it("fails what waits when it closes", async () => {
    const inspector = inspectorOf();
    const all = ["/hangs", "/a"].map((path) => inspector.inspect(order(path)));
    const ended = Promise.allSettled(all);
    inspector.close();
    for (const end of await ended) {
      expect(end).toMatchObject({ reason: { failure: { code: "cancelled" } } });
    }
  });
});
