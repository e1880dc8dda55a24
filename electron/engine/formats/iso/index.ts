import { ImageError } from "../../errors";
import type { Format } from "../format";
import { mapStored } from "../../image/layer";
import { isoFacts } from "./facts";
import { identifierAt, isIso } from "./volume-descriptors";

/** Whole 512-byte sectors, as for every image that is a plain file. */
const sectorSize = 512;

/** An optical disc's image (ECMA-119), read as the plain bytes that it is. */
export const iso: Format = {
  id: "iso",
  label: "ISO 9660",
  extensions: ["iso"],
  options: [],
  backing: false,
  probe: isIso,
  open(source) {
    if (!isIso(source))
      throw new ImageError("not-this-format", `${source.name} is no ISO 9660 image`, {
        file: source.name,
        at: identifierAt,
        expected: "CD001",
      });
    return {
      format: "iso",
      source,
      size: Math.ceil(source.size / sectorSize) * sectorSize,
      blockSize: 1,
      facts: isoFacts(source),
      map: (guestAt, max) => mapStored(source, guestAt, max),
      close: () => source.close(),
    };
  },
};
