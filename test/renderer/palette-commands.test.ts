import { beforeEach, describe, expect, it, vi } from "vitest";
import { commandsNow, type Command, type Places } from "../../renderer/features/palette/commands";
import { useHealth } from "../../renderer/state/health";
import { useImages } from "../../renderer/state/images";
import { useSettings } from "../../renderer/state/settings";
import { useSnapshots } from "../../renderer/state/snapshots";
import { useView } from "../../renderer/state/view";
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
      "tab-overview",
      "tab-health",
      "folder",
    ]);
  });

  it("offer a snapshot only where the format has them", () => {
    window(report("/vm/a.vdi", { layers: [layer("/vm/a.vdi", { format: "vdi" })] }));
    expect(idsOf("shown")).not.toContain("take");
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
