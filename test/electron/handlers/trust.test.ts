import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createGrants } from "../../../electron/handlers/grants";
import { settingsHandlers } from "../../../electron/handlers/settings";
import { trustHandlers } from "../../../electron/handlers/trust";
import { openSettings } from "../../../electron/settings";
import { settingsDefaults } from "../../../shared/model/settings";
import { tempFolder } from "../../helpers/temp-folder";

/** An image that was refused the file `base/x.img`, and what answers the user. */
function refusedImage() {
  const root = tempFolder();
  const base = join(root, "base");
  mkdirSync(base);
  writeFileSync(join(base, "x.img"), "");
  const kept = join(root, "settings");
  const settings = openSettings(kept);
  const grants = createGrants(() => settings.get().trustedFolders);
  const shown: string[] = [];
  const parts = { grants, showInFolder: (path: string) => void shown.push(path) };
  const handlers = { ...trustHandlers(grants, settings), ...settingsHandlers(settings, parts) };
  const refuse = (path: string) => {
    const reference = { from: "/vm/a.qcow2", name: path, path };
    grants.noteFailure({ code: "refused", message: "No.", reference });
    return { from: "/vm/a.qcow2", name: path };
  };
  return { root, base, kept, grants, settings, handlers, shown, refuse };
}

describe("trusting a folder", () => {
  it("shows the folder of the file first, and keeps it over a restart", async () => {
    const { base, kept, handlers, grants, refuse } = refusedImage();
    const asked = refuse(join(base, "x.img"));
    expect(await handlers["image.folderToTrust"](asked)).toEqual({ folders: [base] });
    expect(grants.list()).toEqual([]);
    const settings = await handlers["image.trustFolder"]({ ...asked, folders: [base] });
    expect(settings.trustedFolders).toEqual([base]);
    expect(grants.list()).toEqual([{ folder: base }]);
    await handlers["image.trustFolder"]({ ...asked, folders: [base] });
    expect(openSettings(kept).get().trustedFolders).toEqual([base]);
  });

  it("trusts the folder that a link leads to, and the name's own with it", async () => {
    const { root, base, handlers, refuse } = refusedImage();
    symlinkSync(base, join(root, "alias"));
    const asked = refuse(join(root, "alias", "x.img"));
    const folders = [base, join(root, "alias")];
    expect(await handlers["image.folderToTrust"](asked)).toEqual({ folders });
    expect(await handlers["image.trustFolder"]({ ...asked, folders })).toMatchObject({
      trustedFolders: folders,
    });
  });

  it("trusts nothing but what was shown", async () => {
    const { root, base, handlers, grants, refuse } = refusedImage();
    const asked = refuse(join(base, "x.img"));
    renameSync(base, join(root, "moved"));
    symlinkSync(join(root, "moved"), base);
    for (const folders of [[base], [root], [join(root, "moved")]])
      await expect(handlers["image.trustFolder"]({ ...asked, folders })).rejects.toThrow(
        "another folder than the one that was shown",
      );
    expect(grants.list()).toEqual([]);
  });

  it("trusts nothing that no image asked for", async () => {
    const { base, handlers, refuse } = refusedImage();
    refuse(join(base, "x.img"));
    const asked = { from: "/vm/a.qcow2", name: "/etc/passwd" };
    await expect(handlers["image.folderToTrust"](asked)).rejects.toThrow("was refused");
    await expect(handlers["image.trustFolder"]({ ...asked, folders: ["/etc"] })).rejects.toThrow(
      "was refused",
    );
  });

  it("trusts no root, and no folder for the sake of a pipe, a device or nothing", async () => {
    const { root, base, handlers, refuse } = refusedImage();
    execFileSync("mkfifo", [join(base, "pipe")]);
    symlinkSync("/x.img", join(root, "link"));
    const asking = (path: string) => handlers["image.folderToTrust"](refuse(path));
    await expect(asking(join(base, "pipe"))).rejects.toThrow("not a regular file");
    await expect(asking("/dev/null")).rejects.toThrow("not a regular file");
    await expect(asking(join(base, "none.img"))).rejects.toThrow("is not there");
    rmSync(join(base, "x.img"));
    await expect(asking(join(base, "x.img"))).rejects.toThrow("is not there");
  });
});

describe("the settings", () => {
  it("lose one folder of one list", async () => {
    const { settings, handlers, grants } = refusedImage();
    await settings.change({ trustedFolders: ["/a", "/b"], watchedFolders: ["/a"] });
    await handlers["settings.removeFolder"]({ kind: "trusted", path: "/a" });
    expect(settings.get()).toMatchObject({ trustedFolders: ["/b"], watchedFolders: ["/a"] });
    expect(grants.list()).toEqual([{ folder: "/b" }]);
    await handlers["settings.removeFolder"]({ kind: "watched", path: "/a" });
    expect(settings.get()).toMatchObject({ trustedFolders: ["/b"], watchedFolders: [] });
  });

  it("are reset to those of the first start, with every grant, and the window where it is", async () => {
    const { base, kept, settings, handlers, grants, refuse } = refusedImage();
    const { from, name } = refuse(join(base, "x.img"));
    grants.allow(from, name);
    const window = { x: 1, y: 2, width: 900, height: 600, maximized: false };
    await settings.change({
      theme: "dark",
      language: "vi",
      units: "decimal",
      recent: ["/a"],
      watchedFolders: ["/w"],
      trustedFolders: ["/t"],
      page: { image: "/a", tab: "chain" },
      window,
    });
    await handlers["settings.reset"](undefined);
    expect(openSettings(kept).get()).toEqual({ ...settingsDefaults, window });
    expect(grants.list()).toEqual([]);
  });

  it("show their file, which is there then", async () => {
    const { kept, handlers, shown } = refusedImage();
    const file = join(kept, "settings.json");
    expect(await handlers["settings.file"](undefined)).toEqual({ path: file });
    await handlers["settings.showFile"](undefined);
    expect(shown).toEqual([file]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ version: 1 });
  });
});
