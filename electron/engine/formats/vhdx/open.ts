import { ImageError } from "../../errors";
import type { ImageLayer } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { createTable } from "./block-allocation-table";
import { factsOf } from "./facts";
import { readCreator } from "./file-identifier";
import { readHeader } from "./header";
import { createMap } from "./map";
import { readMetadata, type Metadata } from "./metadata";
import { parentOf } from "./parent-locator";
import { readRegions } from "./region-table";
import { replayLog } from "./replay";

/**
 * Opens a VHDX image: fixed, dynamic or differencing. A log that waits is replayed in memory; the file
 * stays as it is.
 * @throws ImageError `not-this-format`, `unsupported` (version, an unknown required part),
 *   `invalid-header`, `corrupt-data` (the log), `limit`, `truncated`, `io`.
 */
export function openVhdx(file: ByteSource): ImageLayer {
  const creator = readCreator(file);
  const found = readHeader(file);
  const { source, entries } = replayLog(file, found.header);
  const regions = readRegions(source);
  const metadata = readMetadata(source, regions.metadata);
  const { blockSize, virtualDiskSize, hasParent, parentLocator } = metadata;
  const table = createTable(source, regions.bat, metadata);
  const parent = hasParent ? parentOf(parentLocator) : undefined;
  const missing = (): ImageError => parentMissing(file, metadata);
  return {
    format: "vhdx",
    source: file,
    size: virtualDiskSize,
    blockSize,
    ...(parent && { parent }),
    identity: { DataWriteGuid: [found.header.dataWriteGuid] },
    facts: factsOf({ creator, found, regions, metadata, replayed: entries }),
    map: createMap(source, table, metadata, hasParent && !parent ? missing : undefined),
    close: () => source.close(),
  };
}

function parentMissing({ name }: ByteSource, { parentLocator }: Metadata): ImageError {
  const linkage = parentLocator?.get("parent_linkage") ?? "unknown";
  return new ImageError(
    "unsupported",
    `${name} is a differencing disk without a name of its parent, whose DataWriteGuid is ${linkage}`,
    { file: name, found: linkage, hint: "Merge the two in Hyper-V first." },
  );
}
