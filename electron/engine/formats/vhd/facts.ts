import type { LayerFacts } from "../../../../shared/model/facts";
import { detail, wordedDetail } from "../details";
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

const damages = {
  "footer-at-end-damaged": "footer-at-end-damaged",
  "footer-checksum": "checksum-wrong",
} as const;

/** What an image tells of itself. qemu-img prints no format-specific data for VHD. */
export function factsOf(parts: ImageParts): LayerFacts {
  const { found, footer, header } = parts;
  const damage = [
    ...(found.damage === undefined ? [] : [wordedDetail("footer", damages[found.damage])]),
    ...(header?.checksumWrong === true
      ? [wordedDetail("dynamic-disk-header", "checksum-wrong")]
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
    wordedDetail("disk-type", footer.diskType),
    detail("creator-application", printable(footer.creatorApplication)),
    detail("creator-version", footer.creatorVersion),
    detail("creator-host-os", printable(footer.creatorHostOs)),
    detail("time-stamp", timeText(footer.timeStamp), { unit: "time" }),
    detail("unique-id", footer.uniqueId),
    detail("disk-geometry", `${cylinders}/${heads}/${sectorsPerTrack}`),
    ...(footer.savedState ? [detail("saved-state", true)] : []),
  ];
}

/** Both sizes when they differ, and which of them counts. */
function sizeDetails({ footer, choice }: ImageParts): Details {
  const { originalSize, currentSize } = footer;
  const { geometrySize, rule } = choice;
  return [
    ...(originalSize === currentSize
      ? []
      : [detail("original-size", originalSize, { unit: "bytes" })]),
    ...(geometrySize === undefined || geometrySize === currentSize
      ? []
      : [
          detail("current-size", currentSize, { unit: "bytes" }),
          detail("geometry-size", geometrySize, { unit: "bytes" }),
          wordedDetail("size-taken-from", rule),
        ]),
  ];
}

/** What tells whether a file is the parent that the child was made on, unchanged since. */
function parentDetails({ footer, header, parentNames }: ImageParts): Details {
  if (header === undefined || footer.diskType !== "differencing") return [];
  return [
    detail("parent-unique-id", header.parentUniqueId),
    detail("parent-time-stamp", timeText(header.parentTimeStamp), { unit: "time" }),
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
