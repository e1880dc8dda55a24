import type { LayerFacts } from "../../../../shared/model/facts";
import type { DynamicHeader } from "./dynamic-header";
import type { FoundFooter } from "./find-footer";
import type { Footer } from "./footer";
import type { ParentName } from "./parent-locators";
import type { SizeChoice } from "./size-rule";

/** Time stamps count seconds from 2000-01-01 UTC on; this is that moment in ms since 1970. */
export const epoch = Date.UTC(2000, 0, 1);

/** The parts of an opened image that its facts are made of. */
export interface ImageParts {
  readonly found: FoundFooter;
  readonly footer: Footer;
  readonly choice: SizeChoice;
  /** Absent for fixed disks. */
  readonly header?: DynamicHeader;
  /** Names of the parent; empty when there is none. */
  readonly parentNames: readonly ParentName[];
}

type Details = LayerFacts["details"];

/** What an image tells of itself. qemu-img prints no format-specific data for VHD. */
export function factsOf(parts: ImageParts): LayerFacts {
  const { found, footer, header } = parts;
  const damage = [
    ...(found.damage === undefined ? [] : [{ name: "footer", value: found.damage }]),
    ...(header?.checksumWrong === true
      ? [{ name: "dynamic disk header", value: "the checksum is wrong" }]
      : []),
  ];
  return {
    version: footer.version,
    ...(header && { clusterSize: header.blockSize, unit: "block" as const }),
    ...(damage.length > 0 && { corrupt: true }),
    snapshots: [],
    bitmaps: [],
    details: [...footerDetails(footer), ...sizeDetails(parts), ...parentDetails(parts), ...damage],
  };
}

function footerDetails(footer: Footer): Details {
  const { cylinders, heads, sectorsPerTrack } = footer.geometry;
  return [
    { name: "disk type", value: footer.diskType },
    { name: "creator application", value: printable(footer.creatorApplication) },
    { name: "creator version", value: footer.creatorVersion },
    { name: "creator host OS", value: printable(footer.creatorHostOs) },
    { name: "time stamp", value: timeText(footer.timeStamp) },
    { name: "unique ID", value: footer.uniqueId },
    { name: "disk geometry", value: `${cylinders}/${heads}/${sectorsPerTrack}` },
    ...(footer.savedState ? [{ name: "saved state", value: true }] : []),
  ];
}

/** Both sizes when they differ, and which of them counts. */
function sizeDetails({ footer, choice }: ImageParts): Details {
  const { originalSize, currentSize } = footer;
  const { geometrySize, rule } = choice;
  return [
    ...(originalSize === currentSize ? [] : [{ name: "original size", value: originalSize }]),
    ...(geometrySize === undefined || geometrySize === currentSize
      ? []
      : [
          { name: "current size", value: currentSize },
          { name: "geometry size", value: geometrySize },
          { name: "size taken from", value: rule },
        ]),
  ];
}

/** What tells whether a file is the parent that the child was made on, unchanged since. */
function parentDetails({ footer, header, parentNames }: ImageParts): Details {
  if (header === undefined || footer.diskType !== "differencing") return [];
  return [
    { name: "parent unique ID", value: header.parentUniqueId },
    { name: "parent time stamp", value: timeText(header.parentTimeStamp) },
    ...parentNames.map(({ from, name }) => ({ name: from, value: name })),
  ];
}

function timeText(seconds: number): string {
  return new Date(epoch + seconds * 1000).toISOString();
}

/** Without the blanks or NULs that fill up the four characters. */
function printable(code: string): string {
  return code.replace(/[\0 ]+$/, "");
}
