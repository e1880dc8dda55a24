import type { LayerFacts } from "../../../../shared/model/facts";
import { detail } from "../details";
import type { DiskDescriptor } from "./disk-descriptor";
import { sectorSize, type Header } from "./header";

type Details = LayerFacts["details"];

/** What an expanding image tells of itself. qemu-img prints no format-specific data for Parallels. */
export function imageFacts(header: Header): LayerFacts {
  const { magic, heads, cylinders, tracks, nbBatEntries, dataOff, extOff, inUse, isEmpty } = header;
  return {
    version: "2",
    clusterSize: tracks * sectorSize,
    ...(inUse && { dirty: true }),
    snapshots: [],
    bitmaps: [],
    details: [
      { name: "magic", value: magic },
      { name: "heads", value: heads },
      { name: "cylinders", value: cylinders },
      { name: "tracks", value: tracks },
      { name: "nb_bat_entries", value: nbBatEntries },
      { name: "data_off", value: dataOff },
      ...(isEmpty ? [detail("empty-image", true)] : []),
      ...(extOff === 0n ? [] : [{ name: "ext_off", value: String(extOff) }]),
    ],
  };
}

/** What a disk descriptor tells. @param headers Those of its expanding images. */
export function diskFacts(descriptor: DiskDescriptor, headers: readonly Header[]): LayerFacts {
  const { version, name, uid, storages, snapshots, chain } = descriptor;
  const files: Details = storages.flatMap(({ images }) =>
    images
      .filter(({ guid }) => chain.includes(guid))
      .map(({ type, file }) => detail("image-file", file, { values: { type } })),
  );
  const [storage] = storages;
  return {
    version,
    ...(storage && { clusterSize: storage.blocksize * sectorSize }),
    ...(headers.some(({ inUse }) => inUse) && { dirty: true }),
    snapshots: [],
    bitmaps: [],
    details: [
      ...(name === "" ? [] : [detail("name", name)]),
      ...(uid === "" ? [] : [{ name: "UID", value: uid }]),
      detail("storages", storages.length),
      detail("snapshots", snapshots),
      ...files,
    ],
  };
}
