import type { LayerFacts } from "../../../../shared/model/facts";
import { detail, wordedDetail } from "../details";
import { hasParent, type Header } from "./header";

/** What an image tells of itself. qemu-img prints no format-specific data for VDI. */
export function factsOf(header: Header): LayerFacts {
  const { comment } = header;
  return {
    version: header.version,
    clusterSize: header.cbBlock,
    unit: "block",
    snapshots: [],
    bitmaps: [],
    details: [
      wordedDetail("image-type", header.type),
      detail("image-flags", header.flags),
      ...(comment === "" ? [] : [detail("comment", comment)]),
      { name: "offBlocks", value: header.offBlocks },
      { name: "offData", value: header.offData },
      { name: "cbBlockExtra", value: header.cbBlockExtra },
      { name: "cBlocks", value: header.cBlocks },
      { name: "cBlocksAllocated", value: header.cBlocksAllocated },
      { name: "uuidCreate", value: header.uuidCreate },
      { name: "uuidModify", value: header.uuidModify },
      ...(hasParent(header)
        ? [
            { name: "uuidLinkage", value: header.uuidLinkage },
            { name: "uuidParentModify", value: header.uuidParentModify },
          ]
        : []),
    ],
  };
}
