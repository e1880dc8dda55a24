import { stat } from "node:fs/promises";
import type { StayReason } from "../../shared/model/original";
import type { Receipt } from "../../shared/model/receipt";
import type { ReceiptStore } from "../receipts";
import type { Inspector } from "../workers/start-inspector";
import type { Grants } from "./grants";
import type { Openings } from "./openings";

interface TargetParts {
  readonly receipts: Pick<ReceiptStore, "list">;
  readonly inspector: Pick<Inspector, "inspect">;
  readonly grants: Pick<Grants, "list">;
  readonly openings: Pick<Openings, "of">;
}

/**
 * Why what lies where a conversion wrote its image may not be that image any more; undefined where
 * nothing speaks for that. It may have been written to since, and have grown: a machine runs on it.
 */
export async function targetLoss(
  { id, startedAt, target }: Receipt,
  { receipts, inspector, grants, openings }: TargetParts,
): Promise<StayReason | undefined> {
  const { path, format, born, virtualSize } = target;
  const made = await stat(path).catch(() => undefined);
  if (made === undefined) return "target-gone";
  if (born !== undefined && born !== made.birthtimeMs) return "target-other";
  const others = (await receipts.list()).filter((other) => other.id !== id);
  if (others.some((other) => other.target.path === path && other.startedAt >= startedAt))
    return "target-other";
  try {
    const asked = { ...openings.of(path), path, format, grants: grants.list() };
    const { layers, broken, unreadable } = await inspector.inspect(asked);
    const [image] = layers;
    if (image?.format !== format || image.virtualSize < virtualSize) return "target-other";
    // Without its passphrase nobody can tell more.
    const damaged = unreadable !== undefined && unreadable.code !== "passphrase";
    const is = broken === undefined && !damaged && image.doubt?.kind !== "holds-mark";
    return is ? undefined : "target-other";
  } catch {
    return "target-other";
  }
}
