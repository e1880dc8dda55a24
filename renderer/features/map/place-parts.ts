import type { TFunction } from "i18next";
import type { MapOrder, MapPlace } from "../../../shared/model/map";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { formatCount, formatOffset, formatRoundSize, formatShare } from "../../text/format";
import { classText } from "./classes";
import { partitionAt } from "./partition-at";

/** Names of snapshots that are listed before the rest is only counted. */
const mostNames = 3;

interface Pointed {
  readonly report: ImageReport;
  readonly order: MapOrder;
  /** Bytes of a cell. */
  readonly cellSize: number;
  readonly place: MapPlace;
}

/**
 * What a cell shows, in short texts one after the other; what matters most of each stands between `<b>`
 * and `</b>`.
 */
export function placeParts({ report, order, cellSize, place }: Pointed, t: TFunction): string[] {
  const { at, owner, hostAt, guestAt, snapshots, shares } = place;
  const names = report.layers.map(({ path }) => nameOf(path));
  const parts = [t("map.place.offset", { offset: formatOffset(at) })];
  const unit = report.layers[0]?.facts.clusterSize;
  if (unit !== undefined) {
    const kind = report.layers[0]?.facts.unit ?? "cluster";
    parts.push(t(`map.place.${kind}`, { number: formatCount(Math.floor(at / unit)) }));
  }

  const kind = classText(place.kind, names, t);
  const stored = owner !== undefined && order === "guest";
  const name = nameOf(owner ?? "");
  if (stored && hostAt !== undefined)
    parts.push(t("map.place.at", { kind, name, offset: formatOffset(hostAt) }));
  else if (stored) parts.push(t("map.place.in", { kind, name }));
  else parts.push(`<b>${kind}</b>`);
  if (order === "host" && guestAt !== undefined)
    parts.push(t("map.place.guest", { offset: formatOffset(guestAt) }));
  parts.push(t("map.place.run", { size: formatRoundSize(place.length) }));

  const taken = shares.find((share) => share.class === place.class)?.bytes ?? 0;
  if (shares.length > 1) parts.push(t("map.place.share", { share: formatShare(taken, cellSize) }));

  if (snapshots.length > 0) {
    const [count, listed] = [
      snapshots.length - mostNames,
      snapshots.slice(0, mostNames).join(", "),
    ];
    const text = count > 0 ? t("map.place.andMore", { names: listed, count }) : listed;
    const own = owner === report.layers[0]?.path && place.kind !== "snapshots";
    parts.push(t(own ? "map.place.shared" : "map.place.kept", { names: text }));
  }
  const partition =
    report.inside && guestAt !== undefined ? partitionAt(report.inside, guestAt) : undefined;
  const content = partition?.content && t(`overview.inside.content.${partition.content.kind}`);
  if (partition?.number !== undefined)
    parts.push(
      content === undefined
        ? t("map.place.partition", { number: partition.number })
        : t("map.place.partitionWith", { number: partition.number, content }),
    );
  else if (content !== undefined) parts.push(content);
  return parts;
}
