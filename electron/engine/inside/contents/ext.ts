import type { Content } from "../../../../shared/model/inside";
import type { ByteSource } from "../../io/source";
import { shownLabel, windowOf } from "../window";

/** The superblock's place, whatever the block size (Linux kernel documentation, "ext4 Data Structures"). */
const superblockAt = 1024;

const hasJournal = 0x4;
/** INCOMPAT_JOURNAL_DEV: a journal of another file system. */
const journalDevice = 0x8;
const has64Bit = 0x80;
/** What ext3 knows of the incompatible features (filetype, recover, meta_bg) and of the read-only compatible ones. */
const olderIncompatible = 0x2 | 0x4 | 0x10;
const olderReadOnly = 0x1 | 0x2 | 0x4;

/** ext2, ext3 and ext4, told apart by their features. */
export function ext(source: ByteSource): Content | undefined {
  const view = windowOf(source, superblockAt, 1024);
  if (view === undefined || view.u16(56) !== 0xef53) return undefined;
  const [compatible, incompatible, readOnly] = [view.u32(92), view.u32(96), view.u32(100)];
  const blockShift = view.u32(24);
  if (blockShift > 6 || (incompatible & journalDevice) !== 0) return undefined;
  const newer = (incompatible & ~olderIncompatible) !== 0 || (readOnly & ~olderReadOnly) !== 0;
  const high = (incompatible & has64Bit) !== 0 ? view.u32(0x150) : 0;
  const label = shownLabel(view.text(120, 16));
  return {
    kind: newer ? "ext4" : (compatible & hasJournal) !== 0 ? "ext3" : "ext2",
    ...(label !== undefined && { label }),
    size: (high * 2 ** 32 + view.u32(4)) * 1024 * 2 ** blockShift,
  };
}
