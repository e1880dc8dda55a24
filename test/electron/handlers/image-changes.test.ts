import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Control } from "../../../electron/engine";
import { createChanges } from "../../../electron/handlers/changes";
import { createGrants } from "../../../electron/handlers/grants";
import { imageChangeHandlers } from "../../../electron/handlers/image-changes";
import { createOpenings } from "../../../electron/handlers/openings";
import type { TaskRunner } from "../../../electron/workers/start-image-task";
import type { ImageChange } from "../../../shared/model/change";
import type { ImageReport } from "../../../shared/model/report";
import { layer, report } from "../../renderer/reports";

const files = ["/m/top", "/m/middle", "/m/lower", "/m/base"];

/** Handlers over a chain of four files, whose tasks do what `task` does. */
function setUp(task: (control: Control) => unknown, changes: Partial<ImageReport> = {}) {
  const asked: [string, unknown][] = [];
  const told: unknown[] = [];
  const grants = createGrants();
  const openings = createOpenings();
  const chain = { layers: files.map((path) => layer(path)), ...changes };
  const inspector = {
    inspect: ({ path }: { path: string }) => Promise.resolve(report(path, chain)),
  };
  const run = (async (name: string, input: unknown, control: Control) => {
    asked.push([name, input]);
    return task(control);
  }) as TaskRunner["run"];
  const handlers = imageChangeHandlers({
    tasks: { run },
    changes: createChanges({ list: () => [] }, inspector, grants),
    inspector,
    grants,
    openings,
    emit: (_name, progress) => void told.push(progress),
  });
  return { handlers, asked, told, grants, openings };
}

const done = () => ({ checks: [] });
const flatten: ImageChange = { kind: "flatten", path: "/m/top" };

describe("a change of an image", () => {
  it("keeps every file that it may write to for itself, and has them checked", async () => {
    const { handlers, asked } = setUp(done);
    const merge = { kind: "merge", path: "/m/top", depth: 2 } as const;
    const cases: [ImageChange, string[]][] = [
      [flatten, ["/m/top"]],
      [{ kind: "commit", path: "/m/top", depth: 3, empty: false }, ["/m/top", "/m/base"]],
      [{ ...merge, into: "below" }, ["/m/middle", "/m/lower", "/m/base"]],
      [{ ...merge, into: "above" }, ["/m/middle"]],
    ];
    for (const [change, written] of cases) {
      await handlers["change.start"]({ change, force: false });
      expect(asked.at(-1)).toEqual(["change.make", { change, force: false, written, grants: [] }]);
    }
  });

  it("is refused while another one writes to one of its files", async () => {
    let end = () => {};
    const { handlers } = setUp(() => new Promise((ended) => (end = () => ended(done()))));
    const first = handlers["change.start"]({
      change: { kind: "commit", path: "/m/top", depth: 1, empty: true },
      force: false,
    });
    await wait(20);
    const second = handlers["change.start"]({
      change: { kind: "flatten", path: "/m/middle" },
      force: false,
    });
    await expect(second).rejects.toMatchObject({ failure: { code: "in-use", file: "/m/middle" } });
    end();
    expect(await first).toEqual(done());
  });

  it("tells how far it is, and stops when it is asked to", async () => {
    const controls: Control[] = [];
    const { handlers, told } = setUp(async (control) => {
      controls.push(control);
      control.setTotal(10);
      control.addDone(4);
      while (!control.cancelled) await wait(10);
      throw new Error("cancelled");
    });
    const running = handlers["change.start"]({ change: flatten, force: false });
    while (told.length === 0) await wait(10);
    // Another question about the image does not end what is made of it.
    const other = handlers["change.outlook"]({ change: { kind: "compact", path: "/m/top" } });
    while (controls.length < 2) await wait(5);
    expect(controls.map(({ cancelled }) => cancelled)).toEqual([false, false]);
    const ends = Promise.allSettled([running, other]);
    await handlers["change.stop"]({ path: "/m/top" });
    expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(told[0]).toEqual({ path: "/m/top", done: 4, total: 10 });
    const count = told.length;
    await wait(250);
    expect(told).toHaveLength(count);
  });

  it("is looked at anew when something else is asked, with what opens the image", async () => {
    const controls: Control[] = [];
    const { handlers, asked, openings } = setUp(async (control) => {
      controls.push(control);
      while (controls.length < 2) await wait(5);
      return done();
    });
    openings.keep("/m/top", { passphrase: "secret" });
    const first = handlers["change.outlook"]({ change: flatten });
    const second = handlers["change.outlook"]({ change: { kind: "compact", path: "/m/top" } });
    await Promise.all([first, second]);
    expect(controls.map(({ cancelled }) => cancelled)).toEqual([true, false]);
    expect(asked[0]?.[1]).toEqual({ change: flatten, grants: [], passphrase: "secret" });
  });

  it("may open a base that the user has put the image on, and no other", async () => {
    const broken = {
      from: "/m/top",
      name: "/far/base",
      path: "/far/base",
      failure: {
        code: "refused",
        message: "Not in its folder.",
        reference: { from: "/m/top", name: "/far/base", path: "/far/base" },
      },
    };
    const { handlers, grants } = setUp(done, { layers: [layer("/m/top")], broken });
    const rebase = { kind: "rebase", path: "/m/top" } as const;
    await handlers["change.start"]({ change: { ...rebase, base: "/far/other" }, force: false });
    expect(grants.list()).toEqual([]);
    await handlers["change.start"]({ change: { ...rebase, base: "/far/base" }, force: false });
    expect(grants.list()).toEqual(["/far/base"]);
  });
});
