import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkVdi } from "../../../../electron/engine/formats/vdi/check";
import { openFile } from "../../../../electron/engine/io/file";
import { tempFolder } from "../../../helpers/temp-folder";
import { handmade, numbered } from "./handmade";

// Found by the fuzzer (seed 11, case 71801): a map of 2^32 blocks in a hole was gone through one by one.
it("a map that only a hole of terabytes has room for is not gone through", () => {
  const bytes = handmade({ map: [0], cbBlock: 1024, data: numbered(1, 1024) });
  const cBlocks = 384;
  new DataView(bytes.buffer).setUint32(cBlocks, 0xfffffffe, true);
  const path = join(tempFolder(), "stretched.vdi");
  writeFileSync(path, bytes);
  truncateSync(path, 2 ** 40);
  const file = openFile(path);
  try {
    expect(() => checkVdi(file)).toThrow(
      expect.objectContaining({ code: "limit", found: 0xfffffffe }),
    );
  } finally {
    file.close();
  }
});
