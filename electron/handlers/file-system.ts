import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { TargetPlace } from "../engine";

type Kind = Omit<TargetPlace, "free">;

const withHoles = (fileSystem: string): Kind => ({ fileSystem, holes: true });

/** What Linux tells of the file systems that it has names for (statfs(2), f_type). */
const kinds: ReadonlyMap<number, Kind> = new Map([
  [0x4d44, { fileSystem: "FAT", holes: false, largestFile: 2 ** 32 - 1 }],
  [0x2011bab0, { fileSystem: "exFAT", holes: false }],
  [0x4244, { fileSystem: "HFS", holes: false, largestFile: 2 ** 31 - 1 }],
  [0x482b, { fileSystem: "HFS+", holes: false }],
  [0x5346544e, { fileSystem: "NTFS" }],
  [0x7366746e, { fileSystem: "NTFS" }],
  [0x6969, { fileSystem: "NFS" }],
  [0xff534d42, { fileSystem: "SMB" }],
  [0xfe534d42, { fileSystem: "SMB" }],
  [0xef53, withHoles("ext4")],
  [0x58465342, withHoles("XFS")],
  [0x9123683e, withHoles("Btrfs")],
  [0xf2f52010, withHoles("F2FS")],
  [0x2fc12fc1, withHoles("ZFS")],
  [0x01021994, withHoles("tmpfs")],
]);

/** What is known of a file system by its statfs type; only Linux' numbers are. */
export function fileSystemKind(type: number, platform: NodeJS.Platform): Kind {
  return (platform === "linux" ? kinds.get(type) : undefined) ?? {};
}

/** The place that a file at this path would have; empty when its folder is not there. */
export async function placeOf(target: string, platform = process.platform): Promise<TargetPlace> {
  try {
    const { bavail, bsize, type } = await statfs(dirname(target));
    return { free: bavail * bsize, ...fileSystemKind(type, platform) };
  } catch {
    return {};
  }
}
