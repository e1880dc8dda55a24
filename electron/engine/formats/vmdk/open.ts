import { ImageError } from "../../errors";
import type { Identity, ImageLayer, ParentRef } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { openCowdExtent } from "./cowd-extent";
import { openDescribedExtents, type Gate } from "./described-extents";
import { noParent, readDescriptor, type Descriptor } from "./descriptor";
import type { Extent, SparseExtent } from "./extent";
import { createExtentsMap } from "./extents-map";
import { factsOf } from "./facts";
import { openHostedExtent, readHeaderOrFooter } from "./hosted-extent";
import type { HostedHeader } from "./hosted-header";
import { openSeSparseExtent } from "./sesparse-extent";
import { signatureOf, type Signature } from "./signature";
import { errorAt } from "./vmdk-error";

/** Table pages that an image in one file keeps. */
const cachePages = 256;

/** What a file turned out to hold. */
interface Opened {
  readonly extents: readonly Extent[];
  readonly descriptor?: Descriptor;
}

/**
 * Opens a VMDK by its descriptor or by a sparse extent. Extents in other files are opened through the gate.
 * @throws ImageError `not-this-format`, `invalid-header`, `invalid-table`, `unsupported`, `limit`, `truncated`,
 *   `io`, and what the gate throws for an extent.
 */
export function openVmdk(source: ByteSource, gate: Gate): ImageLayer {
  const signature = signatureOf(source);
  if (signature === undefined) {
    throw errorAt("not-this-format", source, 0, "the file is no VMDK", {
      expected: "KDMV, COWD or a descriptor",
    });
  }
  const { extents, descriptor } = openParts(source, signature, gate);
  const parent = descriptor && parentOf(descriptor);
  const mapped = createExtentsMap(extents);
  const otherFiles = extents.flatMap(({ file }) => file ?? []);
  const isOrphan = parent === undefined && hasParent(descriptor);
  return {
    format: "vmdk",
    source,
    otherFiles,
    // Only flat extents give zeros a place.
    preallocated: extents.some(({ grainSize }) => grainSize === undefined),
    size: extents.reduce((sum, extent) => sum + extent.size, 0),
    blockSize: Math.max(1, ...extents.map(({ grainSize }) => grainSize ?? 1)),
    ...(parent && { parent }),
    ...(descriptor?.cid !== undefined && { identity: identityOf(descriptor.cid) }),
    facts: factsOf({
      path: source.name,
      signature,
      extents,
      ...(descriptor && { descriptor }),
    }),
    map: isOrphan ? refuseUnallocated(mapped, source) : mapped,
    close() {
      for (const extent of extents) extent.close();
      source.close();
    },
  };
}

function openParts(source: ByteSource, signature: Signature, gate: Gate): Opened {
  switch (signature) {
    case "KDMV":
      return openHosted(source, gate);
    case "COWD":
      return { extents: [alone(openCowdExtent(source, cachePages))] };
    case "seSparse":
      return { extents: [alone(openSeSparseExtent(source, cachePages))] };
    case "descriptor": {
      const descriptor = readDescriptor(source, 0, source.size);
      requireExtents(source, descriptor);
      return { extents: openDescribedExtents(source, descriptor, gate), descriptor };
    }
  }
}

/** A KDMV file is its own extent, whatever name its descriptor gives it; without capacity it may only hold a descriptor. */
function openHosted(source: ByteSource, gate: Gate): Opened {
  const header = readHeaderOrFooter(source);
  const descriptor = embeddedDescriptor(source, header);
  const described = descriptor?.extents.some(({ sectors }) => sectors > 0) ?? false;
  if (descriptor && described && header.capacity === 0) {
    return { extents: openDescribedExtents(source, descriptor, gate), descriptor };
  }
  const extent = alone(openHostedExtent(source, cachePages, header));
  return { extents: [extent], ...(descriptor && { descriptor }) };
}

function embeddedDescriptor(source: ByteSource, header: HostedHeader): Descriptor | undefined {
  const { descriptorOffset, descriptorSize } = header;
  return descriptorSize === 0
    ? undefined
    : readDescriptor(source, descriptorOffset, descriptorSize);
}

const alone = (extent: SparseExtent): Extent => ({ ...extent, type: "" });

function requireExtents(source: ByteSource, { extents }: Descriptor): void {
  if (extents.length > 0) return;
  throw errorAt("invalid-header", source, 0, "the descriptor names no extent");
}

/** Whether what is not here lies in a parent. A hint alone is only ignored where parentCID denies it. */
function hasParent(descriptor: Descriptor | undefined): boolean {
  const cid = descriptor?.parentCid;
  return cid === undefined ? hintOf(descriptor) !== undefined : cid !== noParent;
}

function hintOf(descriptor: Descriptor | undefined): string | undefined {
  return descriptor?.values.get("parentfilenamehint") || undefined;
}

/** The parent by its hint, which is only valid where a parentCID is set (specification, "The Header"). */
function parentOf(descriptor: Descriptor): ParentRef | undefined {
  const name = hintOf(descriptor);
  if (!hasParent(descriptor) || name === undefined) return undefined;
  const { parentCid } = descriptor;
  const expects = parentCid === undefined ? undefined : { identity: identityOf(parentCid) };
  return { name, format: "vmdk", ...(expects && { expects }) };
}

/** A content ID, which changes with the first write after opening. */
const identityOf = (cid: number): Identity => ({ CID: [cid.toString(16).padStart(8, "0")] });

/** The `map` of an image whose parent nobody knows: zeros would be a lie. */
function refuseUnallocated(map: ImageLayer["map"], source: ByteSource): ImageLayer["map"] {
  return (guestAt, max) => {
    const run = map(guestAt, max);
    if (run.kind !== "unallocated") return run;
    throw new ImageError(
      "missing-file",
      `${source.name} builds on a parent (parentCID) and does not name it (parentFileNameHint)`,
      { file: source.name, expected: "a parentFileNameHint" },
    );
  };
}
