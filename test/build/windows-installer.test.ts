import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configuration, folders } from "../../build/packaging/electron-builder.mjs";
import { installerLists } from "../../build/packaging/windows-files.mjs";
import { formatModels, wrappingExtensions } from "../../electron/engine";
import { compileInstaller, hasMakensis } from "./compile-installer";

const formats = formatModels();
const extensions = formats.flatMap((format) => format.extensions);
const lists = installerLists(formats, wrappingExtensions);

/** First arguments of the macro that a list inserts. */
function listed(name: string): string[] {
  const [, body = ""] = new RegExp(`!macro ${name} DO\\n(.*?)!macroend`, "s").exec(lists) ?? [];
  return [...body.matchAll(/^ {2}!insertmacro \$\{DO\} "([^"]+)"/gm)].map(([, word = ""]) => word);
}

describe("the Windows installer", () => {
  it("offers Lamina for every extension of the registry", () => {
    expect(listed("laminaEachExtension")).toEqual(extensions);
    expect(listed("laminaEachPacked")).toEqual(wrappingExtensions);
  });

  it("has a type of its own for each format", () => {
    const types = listed("laminaEachFormat");
    expect(types).toEqual(formats.map(({ id }) => `Lamina.${id}`));
    // What Windows demands of them.
    for (const type of types) expect(type).toMatch(/^[A-Za-z][\w.]{1,38}$/);
    const used = [...lists.matchAll(/"[^"]+" "(Lamina\.\w+)"/g)].map(([, type = ""]) => type);
    expect(new Set(used)).toEqual(new Set(types));
  });

  it("never takes what belongs to Windows or to another program", () => {
    expect(listed("laminaEachFreeExtension")).toEqual(["qcow2", "qcow"]);
  });

  it("leaves no file type to electron-builder, which would take it", () => {
    // Its folder of resources is where the script looks for the lists.
    const config = configuration({ formats, packed: [], electronDist: undefined, quick: true });
    expect(config.fileAssociations).toBeUndefined();
    expect(config.win?.fileAssociations).toBeUndefined();
    const mac = [config.mac?.fileAssociations ?? []].flat().flatMap(({ ext }) => ext);
    expect(mac).toEqual(expect.arrayContaining(extensions));
    expect(folders.resources).toBe(config.directories?.buildResources);
  });

  describe.runIf(hasMakensis)("by makensis", () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "lamina-nsis-"));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it("is a script without fault", () => {
      expect(compileInstaller(folder, formats, wrappingExtensions)).toMatch(/lamina-setup\.exe$/);
    });
  });
});
