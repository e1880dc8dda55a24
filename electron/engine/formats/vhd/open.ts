import { ImageError } from "../../errors";
import type { ImageLayer } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { readDynamicHeader } from "./dynamic-header";
import { factsOf } from "./facts";
import { findFooter, type FoundFooter } from "./find-footer";
import { readFooter, type Footer } from "./footer";
import { createDynamicMap, createFixedMap } from "./map";
import { parentOf, readParentNames } from "./parent-locators";
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
  const parent = parentOf(parentNames);
  const nameless = isDifferencing && parent === undefined;
  return {
    format: "vpc",
    source,
    size,
    blockSize: header.blockSize,
    ...(parent && { parent }),
    facts: factsOf({ found, footer, choice, header, parentNames }),
    map: createDynamicMap(source, header, {
      size,
      dataEnd,
      ...(nameless && { parentMissing: () => parentMissing(source, header.parentUniqueId) }),
    }),
    close: () => source.close(),
  };
}

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
