import { lastPart } from "../../codec/windows-path";
import { ImageError } from "../../errors";
import type { Identity, ImageLayer, ParentRef } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { readDynamicHeader, type DynamicHeader } from "./dynamic-header";
import { epoch, factsOf } from "./facts";
import { findFooter, type FoundFooter } from "./find-footer";
import { noUniqueId, readFooter, type Footer } from "./footer";
import { createDynamicMap, createFixedMap } from "./map";
import { pathsOf, readParentNames } from "./parent-locators";
import { sizeOf, type SizeChoice } from "./size-rule";

/**
 * Opens a VHD image: fixed, dynamic or differencing.
 * @throws ImageError `not-this-format`, `unsupported` (version, disk type), `invalid-header`, `limit`,
 *   `truncated`, `io`.
 */
export function openVhd(source: ByteSource): ImageLayer {
  const found = findFooter(source);
  const footer = readFooter(found.bytes, source.name, found.at);
  const choice = sizeOf(footer);
  if (!Number.isSafeInteger(choice.size)) throw tooLarge(source, choice.size);
  return footer.diskType === "fixed"
    ? openFixed(source, found, footer, choice)
    : openDynamic(source, found, footer, choice);
}

function openFixed(
  source: ByteSource,
  found: FoundFooter,
  footer: Footer,
  choice: SizeChoice,
): ImageLayer {
  const { size } = choice;
  return {
    format: "vpc",
    source,
    size,
    blockSize: 1,
    identity: identityOf(footer.uniqueId),
    facts: factsOf({ found, footer, choice, parentNames: [] }),
    preallocated: true,
    map: createFixedMap(source, size, found.dataEnd),
    close: () => source.close(),
  };
}

function openDynamic(
  source: ByteSource,
  found: FoundFooter,
  footer: Footer,
  choice: SizeChoice,
): ImageLayer {
  const { size } = choice;
  const { dataEnd } = found;
  const header = readDynamicHeader(source, footer, size);
  const isDifferencing = footer.diskType === "differencing";
  const parentNames = isDifferencing
    ? readParentNames(source, header.parentLocators, header.parentUnicodeName)
    : [];
  const parent = parentOf(pathsOf(parentNames), header);
  const nameless = isDifferencing && parent === undefined;
  return {
    format: "vpc",
    source,
    size,
    blockSize: header.blockSize,
    ...(parent && { parent }),
    identity: identityOf(footer.uniqueId),
    facts: factsOf({ found, footer, choice, header, parentNames }),
    map: createDynamicMap(source, header, {
      size,
      dataEnd,
      ...(nameless && { parentMissing: () => parentMissing(source, header.parentUniqueId) }),
    }),
    close: () => source.close(),
  };
}

/** Seconds by which file systems may tell a time wrong: FAT counts every second one. */
const timeSlack = 2;

/**
 * The parent, which must have the unique ID that the header tells and be unchanged since the time it
 * tells. What the paths call it is looked for beside the child, too, where the ID tells it from others.
 */
function parentOf(paths: readonly string[], header: DynamicHeader): ParentRef | undefined {
  const { parentUniqueId, parentTimeStamp } = header;
  // Windows writes no time; a parent of some programs has no ID.
  const hasId = parentUniqueId !== noUniqueId;
  const identity = hasId ? identityOf(parentUniqueId) : {};
  const beside = hasId ? paths.map(lastPart) : [];
  const [name, ...otherNames] = new Set([...paths, ...beside].filter((path) => path !== ""));
  if (name === undefined) return undefined;
  const unchangedSince = epoch + (parentTimeStamp + timeSlack) * 1000;
  return {
    name,
    ...(otherNames.length > 0 && { otherNames }),
    format: "vpc",
    expects: { identity, ...(parentTimeStamp > 0 && { unchangedSince }) },
  };
}

const identityOf = (uniqueId: string): Identity => ({ "unique ID": [uniqueId] });

function parentMissing({ name }: ByteSource, parentUniqueId: string): ImageError {
  return new ImageError(
    "unsupported",
    `${name} is a differencing disk without a name of its parent, whose unique ID is ${parentUniqueId}`,
    { file: name, found: parentUniqueId, hint: "Merge the two in Hyper-V first." },
  );
}

function tooLarge({ name }: ByteSource, found: number): ImageError {
  return new ImageError("limit", `${name}: a disk of ${found} bytes is too large`, {
    file: name,
    expected: "at most 2^53 - 1",
    found,
  });
}
