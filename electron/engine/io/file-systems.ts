/** What a kind of file system can do. */
export interface FileSystem {
  /** Its name for people. */
  readonly kind: string;
  /** Whether stretches that were never written take no space; absent where that is not known. */
  readonly keepsHoles?: boolean;
  /** Length in bytes of the longest file; absent where there is no limit worth the name. */
  readonly largestFile?: number;
}

/** Blocks that a file may have on ext4; ext2 and ext3, of the same number, take fewer. */
const EXT_BLOCKS = 2 ** 32 - 1;

/** Linux's file systems by statfs's `f_type` (linux/magic.h). */
const known: ReadonlyMap<number, FileSystem> = new Map([
  [0x4d44, { kind: "FAT", keepsHoles: false, largestFile: 2 ** 32 - 1 }],
  [0x2011bab0, { kind: "exFAT", keepsHoles: false }],
  [0x482b, { kind: "HFS+", keepsHoles: false }],
  [0xef53, { kind: "ext", keepsHoles: true }],
  [0x58465342, { kind: "XFS", keepsHoles: true }],
  [0x9123683e, { kind: "Btrfs", keepsHoles: true }],
  [0xf2f52010, { kind: "F2FS", keepsHoles: true }],
  [0xca451a4e, { kind: "bcachefs", keepsHoles: true }],
  [0x2fc12fc1, { kind: "ZFS", keepsHoles: true }],
  [0x01021994, { kind: "tmpfs", keepsHoles: true }],
  // What these do with holes depends on the server, the driver or the file system below.
  [0x7366746e, { kind: "NTFS" }],
  [0x5346544e, { kind: "NTFS" }],
  [0x65735546, { kind: "FUSE" }],
  [0x6969, { kind: "NFS" }],
  [0xff534d42, { kind: "SMB" }],
  [0xfe534d42, { kind: "SMB" }],
  [0x01021997, { kind: "9P" }],
  [0x794c7630, { kind: "overlay" }],
]);

/**
 * The file system of this number.
 * @param platform Only Linux's numbers mean anything.
 * @param blockSize Its blocks in bytes.
 */
export function fileSystemOf(type: number, blockSize: number, platform: string): FileSystem {
  const found = platform === "linux" ? known.get(type) : undefined;
  if (found?.kind === "ext") return { ...found, largestFile: blockSize * EXT_BLOCKS };
  return found ?? { kind: "unknown" };
}
