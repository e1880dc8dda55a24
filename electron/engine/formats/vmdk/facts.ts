import type { LayerFacts } from "../../../../shared/model/facts";
import { detail } from "../details";
import type { Descriptor } from "./descriptor";
import type { Extent } from "./extent";
import type { Signature } from "./signature";

/** What an opened image's facts are made of. */
export interface ImageParts {
  /** The image file, as the user named it. */
  readonly path: string;
  readonly signature: Signature;
  readonly extents: readonly Extent[];
  readonly descriptor?: Descriptor;
}

/** Descriptor keys that people want to see, by the specification's spelling. */
const shownKeys = [
  "createType",
  "encoding",
  "parentFileNameHint",
  "changeTrackPath",
  "ddb.adapterType",
  "ddb.virtualHWVersion",
  "ddb.toolsVersion",
  "ddb.thinProvisioned",
  "ddb.longContentID",
  "ddb.uuid",
];

/** What an image tells of itself. */
export function factsOf(parts: ImageParts): LayerFacts {
  const { extents, descriptor } = parts;
  const [first] = extents;
  const clusterSize = commonGrainSize(extents);
  const version = first?.version ?? descriptor?.values.get("version");
  const formatSpecific = formatSpecificOf(parts);
  return {
    ...(version !== undefined && { version }),
    ...(clusterSize !== undefined && { clusterSize, unit: "grain" as const }),
    ...(extents.some(({ compressed }) => compressed) && { compression: "zlib" }),
    snapshots: [],
    bitmaps: [],
    details: detailsOf(parts),
    ...(formatSpecific && { formatSpecific }),
  };
}

/** The grain size where all extents have one and the same; as in qemu-img, nothing otherwise. */
function commonGrainSize(extents: readonly Extent[]): number | undefined {
  const [first] = extents;
  const isCommon = extents.every(({ grainSize }) => grainSize === first?.grainSize);
  return isCommon ? first?.grainSize : undefined;
}

function detailsOf({ extents, descriptor }: ImageParts): LayerFacts["details"] {
  const values = descriptor?.values;
  const shown = shownKeys.flatMap((name) => {
    const value = values?.get(name.toLowerCase());
    return value === undefined ? [] : [{ name, value }];
  });
  const ids = [
    { name: "CID", id: descriptor?.cid },
    { name: "parentCID", id: descriptor?.parentCid },
  ].flatMap(({ name, id }) =>
    id === undefined ? [] : [{ name, value: id.toString(16).padStart(8, "0") }],
  );
  const own = extents.length === 1 ? (extents[0]?.details ?? []) : [];
  return [...shown, ...ids, detail("extents", extents.length), ...own];
}

/** qemu-img's `format-specific` data, its keys in the order in which it prints them. */
function formatSpecificOf(parts: ImageParts): Record<string, unknown> | undefined {
  const { descriptor, extents, path } = parts;
  if (descriptor?.cid === undefined || descriptor.parentCid === undefined) return undefined;
  return {
    cid: descriptor.cid,
    "parent-cid": descriptor.parentCid,
    "create-type": createTypeOf(parts),
    extents: extents.map(({ compressed, size, fileName, grainSize, type }) => ({
      ...(compressed && { compressed }),
      "virtual-size": size,
      filename: fileName ?? path,
      ...(grainSize !== undefined && { "cluster-size": grainSize }),
      format: type,
    })),
  };
}

/** qemu-img does not read the key of a sparse extent's own descriptor. */
function createTypeOf({ signature, extents, descriptor }: ImageParts): string {
  if (signature !== "descriptor" && extents.length === 1 && extents[0]?.type === "") {
    return extents[0].compressed ? "streamOptimized" : "monolithicSparse";
  }
  return descriptor?.values.get("createtype") ?? "";
}
