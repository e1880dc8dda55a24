import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chainHandlers } from "../../../electron/handlers/chain";
import { createChanges } from "../../../electron/handlers/changes";
import { createGrants } from "../../../electron/handlers/grants";
import { createOpenings } from "../../../electron/handlers/openings";
import { settingsDefaults } from "../../../shared/model/settings";
import { tempFolder } from "../../helpers/temp-folder";
import { report } from "../../renderer/reports";

function setUp(recent: string[]) {
  const asked: unknown[] = [];
  const grants = createGrants();
  const openings = createOpenings();
  const inspector = { inspect: ({ path }: { path: string }) => Promise.resolve(report(path)) };
  const handlers = chainHandlers(
    {
      tasks: {
        run: ((name: string, input: unknown) => {
          asked.push([name, input]);
          return Promise.resolve(undefined);
        }) as never,
      },
      inspector,
      grants,
      openings,
      settings: { get: () => ({ ...settingsDefaults, recent }) },
    },
    createChanges({ list: () => [] }, inspector, grants),
  );
  return { handlers, asked, openings };
}

describe("a chain of backing files", () => {
  it("finds a moved base by its name beside images that were opened, and nowhere else", async () => {
    const folder = tempFolder();
    for (const name of ["old", "new", "other"]) mkdirSync(join(folder, name));
    const image = join(folder, "old", "overlay.qcow2");
    const moved = join(folder, "new", "base.qcow2");
    for (const path of [image, moved, join(folder, "other", "base.qcow2")]) writeFileSync(path, "");
    const { handlers } = setUp([join(folder, "new", "gone.qcow2"), image]);
    const find = (name: string) => handlers["chain.findMoved"]({ from: image, name });
    expect(await find("../somewhere/base.qcow2")).toEqual({ paths: [moved] });
    expect(await find("nothing.qcow2")).toEqual({ paths: [] });
    // The image itself is no base of its own.
    expect(await find("overlay.qcow2")).toEqual({ paths: [] });
  });

  it("is drawn with what opens the image", async () => {
    const { handlers, asked, openings } = setUp([]);
    openings.keep("/a", { passphrase: "secret" });
    await handlers["chain.strips"]({ path: "/a" });
    await handlers["chain.dependents"]({ path: "/b" });
    expect(asked).toEqual([
      ["chain.strips", { path: "/a", grants: [], passphrase: "secret" }],
      ["chain.dependents", { path: "/b", grants: [] }],
    ]);
  });
});
