import type { TFunction } from "i18next";
import type { FormatId } from "../../../shared/model/format";
import type { ImageReport } from "../../../shared/model/report";
import { call } from "../../api/client";
import { folderOf, nameOf } from "../../api/paths";
import { useAbout } from "../../state/about";
import { useChain } from "../../state/chain";
import { useChange } from "../../state/change";
import { isPlainDisk, possibleChanges } from "../../state/changes-of";
import { useConvert } from "../../state/convert";
import { repairFor, useHealth, type Repair } from "../../state/health";
import { shownReport, useImages } from "../../state/images";
import { holderOf } from "../../state/in-use";
import { useLibrary } from "../../state/library";
import { useNewDisk } from "../../state/new-disk";
import { chooseBase } from "../../state/rebase";
import { useSettings } from "../../state/settings";
import { useSnapshots } from "../../state/snapshots";
import { useView, type ImageTab, type Page } from "../../state/view";

/** One line of the palette. */
export interface Command {
  readonly id: string;
  readonly group: "shown" | "images" | "commands";
  readonly text: string;
  /** What tells it from others of the same name: the folder of an image. */
  readonly place?: string;
  run: () => Promise<void>;
}

/** What the window has besides the commands that are always there. */
export interface Places {
  readonly tabs: readonly ImageTab[];
  readonly pages: readonly Exclude<Page, "image">[];
}

/** All that can be done now, in the language of `t`: what belongs to the shown image comes first. */
export function commandsNow(places: Places, t: TFunction): Command[] {
  return [
    ...ofShownImage(places, t).map((one) => ({ ...one, group: "shown" as const })),
    ...images(),
    ...ofLamina(places, t),
  ];
}

function command(id: string, text: string, run: () => unknown): Command {
  return { id, group: "commands", text, run: async () => void (await run()) };
}

function ofShownImage({ tabs }: Places, t: TFunction): Command[] {
  const report = shownReport(useImages.getState());
  if (report === undefined) return [];
  const { path, name, layers } = report;
  const { facts, format } = layers[0] ?? {};
  const show = (tab: ImageTab) => {
    useView.getState().showPage("image");
    useView.getState().setTab(tab);
  };
  const take = () => {
    useSnapshots.getState().wantTake(path);
    show("snapshots");
  };
  // Its page checks when it comes up, and only then.
  const check = () => {
    const { page, tab } = useView.getState();
    return page === "image" && tab === "health" ? useHealth.getState().check(path) : show("health");
  };
  const takesSnapshots =
    format === "qcow2" && facts?.wrapping === undefined && holderOf(report) === undefined;
  const mode = repairNow(path, format);
  const repair = () => {
    show("health");
    useHealth.getState().askRepair({ path, mode: mode ?? "all" });
  };
  return [
    command("convert", t("palette.convert", { name }), () => useConvert.getState().begin([path])),
    ...(takesSnapshots ? [command("take", t("palette.take"), take)] : []),
    command("check", t("palette.check", { name }), check),
    ...(mode === undefined
      ? []
      : [command("repair", t(mode === "all" ? "health.repairAll" : "health.repairLeaks"), repair)]),
    ...(isPlainDisk(report)
      ? [command("overlay", t("chain.newOverlay"), () => useChain.getState().createOverlay(report))]
      : []),
    ...changeCommands(report, t),
    ...tabs.map((tab) =>
      command(`tab-${tab}`, t("palette.tab", { tab: t(`image.tabs.${tab}`) }), () => show(tab)),
    ),
    command("folder", t("palette.showInFolder", { name }), () =>
      call("image.showInFolder", { path }),
    ),
    command("copyPath", t("palette.copyPath", { name }), () =>
      call("app.copyText", { text: path }),
    ),
  ];
}

/** What a check that is known calls for. */
function repairNow(path: string, format: FormatId | undefined): Repair | undefined {
  const { path: checked, view } = useHealth.getState();
  if (format === undefined || checked !== path || view.state !== "ready") return undefined;
  return repairFor(view.result, format);
}

/** The changes of the image in place, each of which is asked for in its dialog. */
function changeCommands(report: ImageReport, t: TFunction): Command[] {
  const { path, layers } = report;
  const size = layers[0]?.virtualSize ?? 0;
  const { ask } = useChange.getState();
  return possibleChanges(report).map((kind) => {
    switch (kind) {
      case "resize":
        return command(kind, t("change.menu.resize"), () =>
          ask({ kind, path, size, preallocation: "off" }),
        );
      case "rebase":
        return command(kind, t("change.menu.rebase"), () => chooseBase(path));
      case "commit":
        return command(kind, t("change.slab.commit"), () =>
          ask({ kind, path, depth: 1, empty: true }),
        );
      case "flatten":
        return command(kind, t("change.slab.flatten"), () => ask({ kind, path }));
      default:
        return command(kind, t(`change.menu.${kind}`), () => ask({ kind, path }));
    }
  });
}

function ofLamina({ pages }: Places, t: TFunction): Command[] {
  const { change } = useSettings.getState();
  return [
    command("open", t("palette.open"), useImages.getState().browse),
    ...pages.map((page) =>
      command(`page-${page}`, t(`palette.page.${page}`), () =>
        page === "newDisk" ? useNewDisk.getState().begin() : useView.getState().showPage(page),
      ),
    ),
    command("watch", t("palette.watch"), () => useLibrary.getState().watch()),
    ...(["auto", "light", "dark"] as const).map((theme) =>
      command(`theme-${theme}`, t("palette.theme", { theme: t(`app.theme.${theme}`) }), () =>
        change({ theme }),
      ),
    ),
    ...(["auto", "en", "vi", "zh-CN"] as const).map((language) =>
      command(`language-${language}`, t(`palette.language.${language}`), () =>
        change({ language }),
      ),
    ),
    command("about", t("palette.about"), useAbout.getState().show),
  ];
}

/** The recent ones first, then those of watched folders. */
function images(): Command[] {
  const { recent } = useSettings.getState().settings;
  const watched = Object.values(useLibrary.getState().folders).flatMap(({ images: all }) =>
    all.map(({ path }) => path),
  );
  return [...new Set([...recent, ...watched])].map((path) => ({
    id: `image-${path}`,
    group: "images",
    text: nameOf(path),
    place: folderOf(path),
    run: () => {
      const { open, show } = useImages.getState();
      return recent.includes(path) ? show(path) : open([path]);
    },
  }));
}
