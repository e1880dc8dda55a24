import { beforeEach, describe, expect, it, vi } from "vitest";
import { commandsNow, type Command, type Places } from "../../renderer/features/palette/commands";
import { useHealth } from "../../renderer/state/health";
import { useImages } from "../../renderer/state/images";
import { useSettings } from "../../renderer/state/settings";
import { useSnapshots } from "../../renderer/state/snapshots";
import { useView } from "../../renderer/state/view";
import type { CheckResult } from "../../shared/model/check";
import { settingsDefaults } from "../../shared/model/settings-defaults";
import { fakeBridge } from "./fake-bridge";
import { layer, report } from "./reports";
import { english as t } from "../helpers/english";

const places: Places = { tabs: ["overview", "health"], pages: ["settings"] };
const path = "/vm/web01.qcow2";

const now = (): Command[] => commandsNow(places, t);
const idsOf = (group: Command["group"]): string[] =>
  now()
    .filter((one) => one.group === group)
    .map(({ id }) => id);
const run = (id: string): Promise<void> | undefined =>
  now()
    .find((one) => one.id === id)
    ?.run();

/** A main process that keeps settings, and a window that shows an image where one is given. */
function window(shown?: ReturnType<typeof report>) {
  const bridge = fakeBridge({
    "settings.change": (part) => ({ ...settingsDefaults, ...part }),
    "image.inspect": () => report(path),
    "image.showInFolder": () => undefined,
    "health.check": () => {
      throw new Error("not a disk");
    },
  });
  if (shown !== undefined) {
    const view = { state: "ready", report: shown } as const;
    useImages.setState({ shown: shown.path, views: { [shown.path]: view } });
  }
  return bridge;
}

beforeEach(() => {
  vi.unstubAllGlobals();
  useHealth.setState(useHealth.getInitialState(), true);
  useImages.setState(useImages.getInitialState(), true);
  useSettings.setState(useSettings.getInitialState(), true);
  useSnapshots.setState(useSnapshots.getInitialState(), true);
  useView.setState(useView.getInitialState(), true);
});

describe("the commands of the palette", () => {
  it("are those of Lamina while no image is shown", () => {
    window();
    expect(idsOf("shown")).toEqual([]);
    expect(idsOf("commands")).toEqual([
      "open",
      "page-settings",
      "watch",
      "theme-auto",
      "theme-light",
      "theme-dark",
      "language-auto",
      "language-en",
      "language-vi",
      "language-zh-CN",
      "about",
    ]);
  });

  it("begin with what the shown image can do, and each of its tabs", () => {
    window(report(path));
    expect(idsOf("shown")).toEqual([
      "convert",
      "take",
      "check",
      "overlay",
      "resize",
      "compact",
      "punch",
      "rebase",
      "amend",
      "tab-overview",
      "tab-health",
      "folder",
      "copyPath",
    ]);
  });

  it("offer a snapshot only where the format has them", () => {
    window(report("/vm/a.vdi", { layers: [layer("/vm/a.vdi", { format: "vdi" })] }));
    expect(idsOf("shown")).not.toContain("take");
    expect(idsOf("shown")).toContain("resize");
    expect(idsOf("shown")).not.toContain("compact");
  });

  it("offer what changes a chain only where there is one, and nobody holds it", () => {
    const base = "/vm/base.qcow2";
    const layers = [layer(path), layer(base)];
    window(report(path, { layers }));
    expect(idsOf("shown")).toEqual(expect.arrayContaining(["flatten", "commit"]));
    const onBase = [{ sign: "open", writes: true, file: base } as const];
    window(report(path, { layers, inUse: onBase }));
    expect(idsOf("shown")).toContain("flatten");
    expect(idsOf("shown")).not.toContain("commit");
    window(report(path, { layers, inUse: [{ sign: "lock", writes: true }] }));
    expect(idsOf("shown")).toEqual([
      "convert",
      "check",
      "overlay",
      "tab-overview",
      "tab-health",
      "folder",
      "copyPath",
    ]);
  });

  it("offer no change of what is only read", () => {
    window(report("/vm/a.iso", { layers: [layer("/vm/a.iso", { format: "iso" })] }));
    expect(idsOf("shown")).toEqual([
      "convert",
      "check",
      "tab-overview",
      "tab-health",
      "folder",
      "copyPath",
    ]);
  });

  it("offer the repair that the last check of this image calls for", async () => {
    window(report(path));
    const result = { leaks: 2, corruptions: 0, checkErrors: 0, dirty: false, corrupt: false };
    const ready = (checked: typeof result) =>
      ({ state: "ready", result: checked as unknown as CheckResult }) as const;
    useHealth.setState({ path, view: ready(result) });
    await run("repair");
    expect(useHealth.getState().asked).toEqual({ path, mode: "leaks" });
    expect(useView.getState().tab).toBe("health");
    useHealth.setState({ view: ready({ ...result, corruptions: 1 }) });
    await run("repair");
    expect(useHealth.getState().asked).toEqual({ path, mode: "all" });
    useHealth.setState({ path: "/vm/other.qcow2" });
    expect(idsOf("shown")).not.toContain("repair");
  });

  it("list the images opened before, by name and folder, and show one", async () => {
    window();
    useSettings.setState({ settings: { ...settingsDefaults, recent: [path, "/other/b.raw"] } });
    const images = now().filter(({ group }) => group === "images");
    expect(images.map(({ text, place }) => [text, place])).toEqual([
      ["web01.qcow2", "/vm"],
      ["b.raw", "/other"],
    ]);
    await images[0]?.run();
    expect(useImages.getState().shown).toBe(path);
  });

  it("go to a page, and back to the image's tab", async () => {
    window(report(path));
    await run("page-settings");
    expect(useView.getState().page).toBe("settings");
    await run("tab-health");
    expect(useView.getState()).toMatchObject({ page: "image", tab: "health" });
  });

  it("change theme and language", async () => {
    const { calls } = window();
    await run("theme-dark");
    await run("language-vi");
    expect(calls).toEqual([
      ["settings.change", { theme: "dark" }],
      ["settings.change", { language: "vi" }],
    ]);
    expect(useSettings.getState().settings.language).toBe("vi");
  });

  it("have the snapshots' tab ask for a name", async () => {
    window(report(path));
    await run("take");
    expect(useView.getState().tab).toBe("snapshots");
    expect(useSnapshots.getState().takeWanted).toBe(path);
  });

  it("leave the check to the tab that opens, and check again where it is open", async () => {
    const { calls } = window(report(path));
    await run("check");
    expect(useView.getState().tab).toBe("health");
    expect(calls).toEqual([]);
    await run("check");
    expect(calls).toEqual([["health.check", { path }]]);
  });

  it("show the image in its folder", async () => {
    const { calls } = window(report(path));
    await run("folder");
    expect(calls).toEqual([["image.showInFolder", { path }]]);
  });
});
