import type { ComponentType } from "react";
import type { ImageReport } from "../shared/model/report";
import { Bytes } from "./features/bytes/bytes";
import { BrokenAlert } from "./features/chain/broken-alert";
import { RefusedNote } from "./features/chain/refused-note";
import { Chain } from "./features/chain/chain";
import { Health } from "./features/health/health";
import { ImageMap } from "./features/map/map";
import { Overview } from "./features/overview/overview";
import { Speed } from "./features/speed/speed";
import { Snapshots } from "./features/snapshots/snapshots";
import type { ImageTab } from "./state/view";

/** The tabs of an image's page, from left to right. */
export const imageTabs: readonly {
  readonly id: ImageTab;
  readonly Panel: ComponentType<{ report: ImageReport }>;
}[] = [
  { id: "overview", Panel: OverviewPanel },
  { id: "map", Panel: MapPanel },
  { id: "chain", Panel: Chain },
  { id: "snapshots", Panel: Snapshots },
  { id: "health", Panel: Health },
  { id: "bytes", Panel: Bytes },
  { id: "speed", Panel: Speed },
];

function OverviewPanel({ report }: { report: ImageReport }) {
  return (
    <>
      {report.broken !== undefined && <BrokenAlert path={report.path} link={report.broken} />}
      {report.unreadable?.reference !== undefined && (
        <RefusedNote path={report.path} reference={report.unreadable.reference} />
      )}
      <Overview report={report} />
    </>
  );
}

function MapPanel({ report }: { report: ImageReport }) {
  return (
    <>
      {report.broken !== undefined && <BrokenAlert path={report.path} link={report.broken} />}
      <ImageMap report={report} />
    </>
  );
}
