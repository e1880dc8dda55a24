import type { ComponentType } from "react";
import type { ImageReport } from "../shared/model/report";
import { BrokenAlert } from "./features/chain/broken-alert";
import { RefusedNote } from "./features/chain/refused-note";
import { Overview } from "./features/overview/overview";
import { later } from "./later";
import type { ImageTab } from "./state/view";

const ImageMap = later(async () => (await import("./features/map/map")).ImageMap);

/** The tabs of an image's page, from left to right. All but the first are loaded after the first picture. */
export const imageTabs: readonly {
  readonly id: ImageTab;
  readonly Panel: ComponentType<{ report: ImageReport }>;
}[] = [
  { id: "overview", Panel: OverviewPanel },
  { id: "map", Panel: MapPanel },
  { id: "chain", Panel: later(async () => (await import("./features/chain/chain")).Chain) },
  {
    id: "snapshots",
    Panel: later(async () => (await import("./features/snapshots/snapshots")).Snapshots),
  },
  { id: "health", Panel: later(async () => (await import("./features/health/health")).Health) },
  { id: "bytes", Panel: later(async () => (await import("./features/bytes/bytes")).Bytes) },
  { id: "speed", Panel: later(async () => (await import("./features/speed/speed")).Speed) },
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
