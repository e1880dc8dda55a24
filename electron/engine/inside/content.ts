import type { Content } from "../../../shared/model/inside";
import { ImageError } from "../errors";
import type { ByteSource } from "../io/source";
import { apfs, hfsPlus } from "./contents/apple";
import { disc } from "./contents/disc";
import { exfat } from "./contents/exfat";
import { ext } from "./contents/ext";
import { fat } from "./contents/fat";
import { btrfs, luks, lvm2, swap, xfs } from "./contents/linux";
import { ntfs } from "./contents/ntfs";

/** What there is to find, the surest signatures first: FAT's is the weakest. */
const looks: readonly ((source: ByteSource) => Content | undefined)[] = [
  luks,
  lvm2,
  xfs,
  btrfs,
  ext,
  swap,
  ntfs,
  exfat,
  apfs,
  hfsPlus,
  disc,
  fat,
];

/**
 * What `source` (a partition, or a whole disk) holds, told by a few sectors of it.
 * @throws ImageError when these cannot be read.
 */
export function contentOf(source: ByteSource): Content | undefined {
  for (const look of looks) {
    const found = unlessAbsurd(() => look(source));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Numbers that no disk can hold mean that the bytes are something else. */
function unlessAbsurd(look: () => Content | undefined): Content | undefined {
  try {
    const found = look();
    return found?.size === undefined || Number.isSafeInteger(found.size) ? found : undefined;
  } catch (error) {
    if (error instanceof ImageError && error.code === "limit") return undefined;
    throw error;
  }
}
