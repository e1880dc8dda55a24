import type { Content } from "../../../../shared/model/inside";
import type { ByteSource } from "../../io/source";
import { windowOf } from "../window";

/** A container of APFS (Apple File System Reference, nx_superblock_t). Its volumes have the names, not it. */
export function apfs(source: ByteSource): Content | undefined {
  const view = windowOf(source, 0, 512);
  if (view === undefined || view.text(32, 4) !== "NXSB") return undefined;
  return { kind: "apfs", size: view.u32(36) * view.u64(40) };
}

/** HFS+ and HFSX (Apple Technical Note TN1150, Volume Header; numbers high byte first). */
export function hfsPlus(source: ByteSource): Content | undefined {
  const view = windowOf(source, 1024, 512, "big");
  const signature = view?.text(0, 2);
  if (view === undefined || (signature !== "H+" && signature !== "HX")) return undefined;
  const version = view.u16(2);
  if (version !== 4 && version !== 5) return undefined;
  return { kind: "hfs-plus", size: view.u32(40) * view.u32(44) };
}
