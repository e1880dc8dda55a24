import { useEffect, useState } from "react";
import type { ImageReport } from "../../../shared/model/report";
import { call } from "../../api/client";
import { imageLayer } from "./sizes";

/**
 * Bytes of the image that nothing but its snapshots needs: what deleting all of them would give back.
 * Undefined until that is known, and where it cannot be told.
 */
export function useOnlyInSnapshots(report: ImageReport): number | undefined {
  const [known, setKnown] = useState<{ of: ImageReport; bytes: number }>();
  const { format, facts } = imageLayer(report);
  const count = format === "qcow2" && report.unreadable === undefined ? facts.snapshots.length : 0;
  useEffect(() => {
    if (count === 0) return;
    let wanted = true;
    const indices = Array.from({ length: count }, (_, index) => index);
    call("snapshots.freed", { path: report.path, indices }).then(
      ({ bytes }) => wanted && setKnown({ of: report, bytes }),
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [report, count]);
  return known?.of === report ? Math.min(known.bytes, report.own.rest) : undefined;
}
