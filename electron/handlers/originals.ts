import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import type { ImageReport } from "../../shared/model/report";
import { isHeldBy } from "../../shared/model/in-use-marks";
import { isOneFileVmdk } from "../../shared/model/one-file-vmdk";
import type { Original } from "../../shared/model/original";
import type { Receipt } from "../../shared/model/receipt";
import { unproved } from "../../shared/model/unproved";
import { FailureError } from "../failure";
import type { ReceiptStore } from "../receipts";
import type { Inspector } from "../workers/start-inspector";
import type { TaskRunner } from "../workers/start-image-task";
import type { Changes } from "./changes";
import { targetLoss } from "./converted-target";
import type { Grants } from "./grants";
import type { Openings } from "./openings";
import type { Handlers } from "./table";

interface OriginalParts {
  readonly receipts: Pick<ReceiptStore, "list">;
  readonly inspector: Pick<Inspector, "inspect">;
  readonly tasks: Pick<TaskRunner, "run">;
  readonly grants: Pick<Grants, "list">;
  readonly openings: Pick<Openings, "of">;
  readonly changes: Pick<Changes, "make">;
  /** Moves a file to the desktop's trash. Rejects where there is none. */
  trash(path: string): Promise<void>;
}

/**
 * The original of a conversion, which goes to the trash only when its receipt proves the new image, and
 * nobody needs it any more. The page names a receipt, never a file.
 */
export function originalHandlers(
  parts: OriginalParts,
): Pick<Handlers, "receipts.original" | "receipts.trashOriginal"> {
  const { receipts, inspector, tasks, grants, openings, changes, trash } = parts;

  async function find(id: string): Promise<Receipt> {
    const receipt = (await receipts.list()).find((one) => one.id === id);
    if (receipt !== undefined) return receipt;
    throw new FailureError({ code: "missing-file", message: "The receipt is not there any more." });
  }

  /** The images of its folder that stand on it; none of what is packed, or cannot be opened. */
  async function standingOn(path: string) {
    const { passphrase } = openings.of(path);
    const how = { path, grants: grants.list(), ...(passphrase !== undefined && { passphrase }) };
    try {
      const [own] = await tasks.run("chain.dependents", how);
      return { images: own?.images ?? [], complete: own?.complete ?? false };
    } catch {
      return { images: [], complete: false };
    }
  }

  async function look(receipt: Receipt): Promise<Original> {
    const path = originalOf(receipt);
    const nothing = { path, dependents: [], complete: true, users: [], snapshots: 0 };
    const own = await stat(path).catch(() => undefined);
    if (own === undefined) return { ...nothing, stays: "gone" };
    const { size: fileLength } = own;
    const early =
      unproved(receipt) ?? (isChanged(receipt, own) ? "changed" : await targetLoss(receipt, parts));
    if (early !== undefined) return { ...nothing, fileLength, stays: early };
    const report = await inspector.inspect({ path, grants: grants.list(), ...openings.of(path) });
    const users = (report.inUse ?? []).filter((user) => user.file === undefined && isHeldBy(user));
    const { images, complete } = await standingOn(path);
    const stays = isSeveralFiles(report)
      ? "several-files"
      : users.length > 0
        ? "held"
        : images.length > 0
          ? "dependents"
          : undefined;
    return {
      path,
      fileLength,
      ...(stays !== undefined && { stays }),
      dependents: images.map((image) => image.path),
      complete,
      users,
      snapshots: report.layers[0]?.facts.snapshots.length ?? 0,
    };
  }

  return {
    "receipts.original": async ({ id }) => look(await find(id)),
    "receipts.trashOriginal": async ({ id }) => {
      const receipt = await find(id);
      const file = originalOf(receipt);
      await changes.make(file, async () => {
        // Between the question and the yes much may have happened.
        const { stays } = await look(receipt);
        if (stays !== undefined)
          throw new FailureError({
            code: stays === "held" ? "in-use" : "invalid-argument",
            message: `${file} stays where it is (${stays}).`,
            file,
          });
        await trash(file).catch((error: unknown) => {
          const message = `${file} could not be moved to the trash: ${String(error)}`;
          throw new FailureError({ code: "io", message, file });
        });
      });
    },
  };
}

const originalOf = ({ sources: [first] }: Receipt): string => first?.path ?? "";

/** Whether it was written to since it was read. */
function isChanged({ sources: [first], startedAt }: Receipt, { mtimeMs, size }: Stats): boolean {
  return mtimeMs > Date.parse(startedAt) || size !== first?.fileLength;
}

/** Whether the file that was opened is only one of those that the image is made of. */
function isSeveralFiles({ layers: [image] }: ImageReport): boolean {
  if (image === undefined || image.facts.wrapping !== undefined) return false;
  const { format, facts } = image;
  if (facts.dataFile !== undefined) return true;
  if (facts.details.some(({ id }) => id === "storages")) return true;
  return format === "vmdk" && !isOneFileVmdk(image);
}
