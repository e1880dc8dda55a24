import type { TFunction } from "i18next";
import type { MapClass } from "../../../shared/model/map";
import type { Tone } from "../../ui/tones";

/** The tone of what bytes of a map are. */
export function toneOf(name: MapClass): Tone {
  switch (name) {
    case "unallocated":
    case "unused":
      return "hole";
    case "snapshots":
      return "exclusive";
    case "exclusive":
      return "data";
    default:
      return name;
  }
}

/** Its name in the legend; layers are named by their files. */
export function classText(name: MapClass, layers: readonly string[], t: TFunction): string {
  if (name.startsWith("layer-")) return layers[Number(name.slice("layer-".length))] ?? name;
  if (name.startsWith("shared-")) {
    const count = Number(name.slice("shared-".length));
    return count < 4 ? t("map.sharedWith", { count }) : t("map.sharedWithMore", { count });
  }
  const plain = name as Exclude<MapClass, `${string}-${number}`>;
  return t(`map.class.${plain}`);
}
