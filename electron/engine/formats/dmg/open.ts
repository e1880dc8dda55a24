import type { ImageLayer } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { readBlockTable, type Chunk } from "./block-table";
import { dmgError } from "./dmg-error";
import { factsOf } from "./facts";
import { readKoly, sectorSize, type Koly } from "./koly";
import { createMap } from "./map";
import { readTables } from "./property-list";

/**
 * Opens a UDIF image in one file. A chunk that cannot be decoded is told when it is asked for.
 * @throws ImageError `not-this-format`, `unsupported` (encrypted, version, segments, tables in a
 *   resource fork), `invalid-header`, `invalid-table`, `limit`, `truncated`, `io`.
 */
export function openDmg(source: ByteSource): ImageLayer {
  const koly = readKoly(source);
  const tables = readTables(source, koly.xml).map((entry) => readBlockTable(source, koly, entry));
  const chunks = tables.flatMap((table) => table.chunks).sort((a, b) => a.start - b.start);
  requireApart(source, koly, chunks);
  // A partition's image may leave its size to the tables.
  const end = tables.reduce((most, table) => Math.max(most, table.end), 0);
  const size = koly.sectorCount === 0 ? end : koly.sectorCount * sectorSize;
  return {
    format: "dmg",
    source,
    size,
    // Chunks are of any number of sectors.
    blockSize: sectorSize,
    facts: factsOf(koly, tables, chunks),
    map: createMap(source, koly, chunks, size),
    close: () => source.close(),
  };
}

/** Refuses chunks that tell of one sector twice. @param chunks In order. */
function requireApart(source: ByteSource, koly: Koly, chunks: readonly Chunk[]): void {
  let end = 0;
  for (const { start, length } of chunks) {
    if (start < end)
      throw dmgError("invalid-table", source, koly.xml.at, "chunks overlap", {
        expected: `a chunk at guest byte ${end} or after`,
        found: start,
      });
    end = start + length;
  }
}
