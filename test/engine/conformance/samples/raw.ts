import { join } from "node:path";
import { writeRawFile } from "../../../helpers/pattern-disk";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples } from "../samples";

export const rawSamples: FormatSamples = {
  qemuName: "raw",
  overlays: [],
  byHand(folder, disk, random) {
    const path = join(folder, "sparse.img");
    writeRawFile(path, disk, random);
    return [{ name: "a sparse file", path, content: disk.bytes }];
  },
  byQemu(folder, disk, random) {
    const path = join(folder, "history.img");
    const content = qemuHistory({ path, format: "raw", size: disk.size, random });
    const preallocated = ["falloc", "full"].map((way) => {
      const file = join(folder, `${way}.img`);
      const options = `preallocation=${way}`;
      const history = { path: file, format: "raw", size: disk.size, random, options } as const;
      return { name: `preallocation ${way}`, path: file, content: qemuHistory(history) };
    });
    return [{ name: "written by qemu-io in random order", path, content }, ...preallocated];
  },
  structures: () => [],
};
