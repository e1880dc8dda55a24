import type { TFunction } from "i18next";
import type { ImageReport } from "../../../shared/model/report";
import { isHeldBy } from "../../../shared/model/in-use-marks";
import { formatRoundSize } from "../../text/format";
import { formatName } from "../../text/format-name";

interface BadgeText {
  readonly text: string;
  readonly tone: "plain" | "warn" | "bad";
}

/** The facts of an image worth a badge; what is plain first, what is worth a look last. */
export function badgesOf({ layers, broken, inUse }: ImageReport, t: TFunction): BadgeText[] {
  const [image, ...backing] = layers;
  if (image === undefined) return [];
  const { format, facts } = image;
  const {
    version,
    clusterSize,
    compression,
    encryption,
    label,
    snapshots,
    unit = "cluster",
  } = facts;
  const badges: BadgeText[] = [];
  const add = (text: string, tone: BadgeText["tone"] = "plain") => badges.push({ text, tone });

  const name = formatName(format, t);
  add(version === undefined ? name : t("image.badges.version", { format: name, version }));
  if (facts.wrapping) add(t("image.badges.wrapped", { wrapping: facts.wrapping.id }));
  if (label) add(label);
  if (clusterSize !== undefined)
    add(t(`image.badges.${unit}s`, { size: formatRoundSize(clusterSize) }));
  if (compression !== undefined) add(compression);
  if (snapshots.length > 0) add(t("image.badges.snapshots", { count: snapshots.length }));
  if (backing.length > 0) add(t("image.badges.backing", { count: backing.length }));
  if (encryption !== undefined)
    add(t("image.badges.encrypted", { method: encryption.toUpperCase() }), "warn");
  if (inUse?.some((user) => user.file === undefined && isHeldBy(user)))
    add(t("image.badges.inUse"), "warn");
  if (facts.dirty === true) add(t("image.badges.dirty"), "warn");
  if (facts.corrupt === true) add(t("image.badges.corrupt"), "bad");
  if (broken?.failure.code === "refused") add(t("image.badges.refused"), "warn");
  else if (broken !== undefined) add(t("image.badges.broken"), "bad");
  return badges;
}
