import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSettings } from "../../electron/settings";
import { settingsDefaults, settingsSchema } from "../../shared/model/settings";
import { tempFolder } from "../helpers/temp-folder";

describe("settings", () => {
  it("are at first what the schema takes for granted", () => {
    expect(settingsDefaults).toEqual(settingsSchema.parse({ version: 1 }));
  });

  it("begin with the defaults and write nothing", () => {
    const folder = tempFolder();
    expect(openSettings(folder).get()).toEqual(settingsDefaults);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("are there at the next start, also in a folder that was not", async () => {
    const folder = join(tempFolder(), "not", "yet");
    const settings = openSettings(folder);
    await settings.change({ theme: "dark" });
    await settings.addRecent(["/a.qcow2"]);
    expect(openSettings(folder).get()).toMatchObject({ theme: "dark", recent: ["/a.qcow2"] });
    expect(readdirSync(folder).toSorted()).toEqual(["settings.copy.json", "settings.json"]);
  });

  it("keep the last of many changes made at once", async () => {
    const folder = tempFolder();
    const settings = openSettings(folder);
    const paths = Array.from({ length: 20 }, (_, at) => `/${at}.img`);
    await Promise.all(paths.map((path) => settings.addRecent([path])));
    expect(openSettings(folder).get().recent).toEqual(paths.toReversed());
  });

  it("never answer with what was before a change made meanwhile", async () => {
    const settings = openSettings(tempFolder());
    const [first] = await Promise.all([
      settings.addRecent(["/a"]),
      settings.change({ watchedFolders: ["/vm"] }),
    ]);
    expect(first).toMatchObject({ recent: ["/a"], watchedFolders: ["/vm"] });
  });

  it("list a path once, the latest first, and thirty at most", async () => {
    const settings = openSettings(tempFolder());
    for (let at = 0; at < 35; at++) await settings.addRecent([`/${at}.img`]);
    await settings.addRecent(["/20.img"]);
    const { recent } = settings.get();
    expect(recent).toHaveLength(30);
    expect(recent.slice(0, 3)).toEqual(["/20.img", "/34.img", "/33.img"]);
    expect(new Set(recent).size).toBe(30);
    await settings.removeRecent("/34.img");
    expect(settings.get().recent.slice(0, 2)).toEqual(["/20.img", "/33.img"]);
  });

  it("take several paths at once, the first of them first", async () => {
    const settings = openSettings(tempFolder());
    await settings.addRecent(["/a", "/b"]);
    await settings.addRecent(["/c", "/b", "/c"]);
    expect(settings.get().recent).toEqual(["/c", "/b", "/a"]);
  });

  it.each([
    "",
    "{",
    "[]",
    '{"version":2}',
    '{"version":1,"theme":"pink"}',
    '{"version":1,"recent":5}',
  ])("that are damaged (%s) are kept aside", (text) => {
    const folder = tempFolder();
    writeFileSync(join(folder, "settings.json"), text);
    expect(openSettings(folder).get()).toEqual(settingsDefaults);
    expect(readFileSync(join(folder, "settings.damaged.json"), "utf8")).toBe(text);
    expect(existsSync(join(folder, "settings.json"))).toBe(false);
  });

  it.each(["", "{", "[]", '{"version":1,"theme":"da', "\0\0\0\0"])(
    "of which nothing can be read (%j) come back from their copy",
    async (text) => {
      const folder = tempFolder();
      const before = openSettings(folder);
      await before.change({ theme: "dark", trustedFolders: ["/once"], watchedFolders: ["/vm"] });
      await before.change({ recent: ["/a.qcow2"], trustedFolders: ["/trusted"] });
      writeFileSync(join(folder, "settings.json"), text);
      expect(openSettings(folder).get()).toEqual(before.get());
      expect(readFileSync(join(folder, "settings.damaged.json"), "utf8")).toBe(text);
      expect(openSettings(folder).get()).toEqual(before.get());
    },
  );

  it("and their copy damaged both, begin with the defaults", async () => {
    const folder = tempFolder();
    await openSettings(folder).change({ theme: "dark" });
    for (const name of ["settings.json", "settings.copy.json"])
      writeFileSync(join(folder, name), "{");
    expect(openSettings(folder).get()).toEqual(settingsDefaults);
  });

  it.each([
    [{ theme: "pink" }, { theme: "auto" }],
    [{ recent: "/a" }, { recent: [] }],
    [{ recent: ["/a", 5, null, "/b"] }, { recent: ["/a", "/b"] }],
    [{ watchedFolders: [7, "/w"] }, { watchedFolders: ["/w"] }],
    [{ page: "overview" }, { page: undefined }],
    [{ window: { x: 1, y: 2, width: -3, height: 4, maximized: false } }, { window: undefined }],
  ])("lose of %j only what is damaged", async (damage, mended) => {
    const folder = tempFolder();
    const window = { x: 1, y: 2, width: 300, height: 400, maximized: false };
    const good = { version: 1, theme: "dark", recent: ["/a.qcow2"], window } as const;
    const text = JSON.stringify({ ...good, ...damage });
    writeFileSync(join(folder, "settings.json"), text);
    const settings = openSettings(folder);
    expect(settings.get()).toEqual({ ...settingsDefaults, ...good, ...mended });
    expect(readFileSync(join(folder, "settings.damaged.json"), "utf8")).toBe(text);
    await settings.addRecent(["/new"]);
    expect(openSettings(folder).get()).toEqual(settings.get());
  });

  it("fill in what an older Lamina did not know", () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "settings.json"), '{"version":1}');
    expect(openSettings(folder).get()).toEqual(settingsDefaults);
  });

  it("tell their listeners until these have enough", async () => {
    const settings = openSettings(tempFolder());
    const heard: string[] = [];
    const stop = settings.onChange(({ theme }) => heard.push(theme));
    await settings.change({ theme: "dark" });
    stop();
    await settings.change({ theme: "light" });
    expect(heard).toEqual(["dark"]);
  });

  it("say when they cannot be written, and can be later", async () => {
    const folder = tempFolder();
    const settings = openSettings(folder);
    mkdirSync(join(folder, "settings.json", "in-the-way"), { recursive: true });
    await expect(settings.change({ theme: "dark" })).rejects.toThrow(/settings\.json/);
    expect(settings.get().theme).toBe("dark");
  });
});
