import type { Content } from "../../../../shared/model/inside";
import type { ByteSource } from "../../io/source";
import { shownLabel, windowOf } from "../window";

/** XFS ("XFS Algorithms & Data Structures", superblocks; numbers high byte first). */
export function xfs(source: ByteSource): Content | undefined {
  const view = windowOf(source, 0, 512, "big");
  if (view === undefined || view.text(0, 4) !== "XFSB") return undefined;
  const label = shownLabel(view.text(108, 12));
  return { kind: "xfs", ...(label && { label }), size: view.u32(4) * view.u64(8) };
}

/** Where a Btrfs superblock tells of the device that it lies on: others may belong to the file system. */
const ownDevice = 0xc9;

/** Btrfs (btrfs documentation, "On-disk Format": the first superblock lies at 64 KiB). */
export function btrfs(source: ByteSource): Content | undefined {
  const view = windowOf(source, 65536, 4096);
  if (view === undefined || view.text(64, 8) !== "_BHRfS_M") return undefined;
  const label = shownLabel(view.text(0x12b, 256));
  return { kind: "btrfs", ...(label && { label }), size: view.u64(ownDevice + 8) };
}

/** Page sizes of the machines that Linux runs on, in bytes. */
const pageSizes = [4096, 8192, 16384, 65536];

/** Linux swap space, version 1: its signature ends the first page. */
export function swap(source: ByteSource): Content | undefined {
  const pageSize = pageSizes.find(
    (size) => windowOf(source, size - 10, 10)?.text(0, 10) === "SWAPSPACE2",
  );
  const view = pageSize === undefined ? undefined : windowOf(source, 1024, 512);
  if (pageSize === undefined || view === undefined) return undefined;
  const label = shownLabel(view.text(28, 16));
  return { kind: "swap", ...(label && { label }), size: (view.u32(4) + 1) * pageSize };
}

/** A physical volume of LVM 2: the label lies in one of the first four sectors. */
export function lvm2(source: ByteSource): Content | undefined {
  const view = windowOf(source, 0, 2048);
  const at = [0, 512, 1024, 1536].find(
    (sector) => view?.text(sector, 8) === "LABELONE" && view.text(sector + 24, 8) === "LVM2 001",
  );
  if (view === undefined || at === undefined) return undefined;
  const header = at + view.u32(at + 20);
  // The physical volume's header begins with its identifier of 32 characters.
  return header + 40 <= view.length
    ? { kind: "lvm2", size: view.u64(header + 32) }
    : { kind: "lvm2" };
}

/** LUKS 1 and 2 (LUKS2 On-Disk Format Specification; numbers high byte first). Only version 2 has a label. */
export function luks(source: ByteSource): Content | undefined {
  const view = windowOf(source, 0, 512, "big");
  // "LUKS" and the bytes 0xBA 0xBE.
  if (view === undefined || view.text(0, 4) !== "LUKS" || view.u16(4) !== 0xbabe) return undefined;
  const label = view.u16(6) === 2 ? shownLabel(view.text(24, 48)) : undefined;
  return { kind: "luks", ...(label && { label }) };
}
