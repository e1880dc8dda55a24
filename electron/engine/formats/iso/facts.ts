import type { ByteSource } from "../../io/source";
import type { FactDetail, LayerFacts } from "../../../../shared/model/facts";
import { detail, wordedDetail } from "../details";
import { characters, volumeDescriptors, wideCharacters } from "./volume-descriptors";
import type { VolumeDescriptor } from "./volume-descriptors";

/**
 * What the volume descriptors tell, by the names of ECMA-119. A damaged or cut-off disc still opens:
 * its bytes are its bytes, and what is wrong stands among the details.
 * @throws ImageError `io`.
 */
export function isoFacts(source: ByteSource): LayerFacts {
  const found = [...volumeDescriptors(source)];
  const primary = found.find((each) => each.identifier === "CD001" && each.type === 1);
  const label = primary && characters(primary.fields, 40, 32);
  return {
    ...(label && { label }),
    snapshots: [],
    bitmaps: [],
    details: [
      ...(primary ? primaryDetails(primary, source.size) : [noPrimary]),
      ...jolietDetails(found),
      ...bootDetails(found),
      ...udfDetails(found),
    ],
  };
}

const noPrimary = wordedDetail("problem", "primary-descriptor-missing");

/** ECMA-119 8.4. Text fields that are blank are left out. */
function primaryDetails({ fields }: VolumeDescriptor, fileLength: number): FactDetail[] {
  const texts = [
    detail("system", characters(fields, 8, 32)),
    detail("volume", characters(fields, 40, 32)),
    detail("volume-set", characters(fields, 190, 128)),
    detail("publisher", characters(fields, 318, 128)),
    detail("data-preparer", characters(fields, 446, 128)),
    detail("application", characters(fields, 574, 128)),
    detail("volume-creation", creationTime(characters(fields, 813, 16))),
  ];
  const blocks = fields.u32(80);
  const blockSize = fields.u16(128);
  const volumeSize = blocks * blockSize;
  return [
    ...texts.filter(({ value }) => value !== ""),
    detail("logical-block-size", blockSize, { unit: "bytes" }),
    detail("volume-space-size", blocks),
    detail("volume-size", volumeSize, { unit: "bytes" }),
    ...problems({ volumeSize, fileLength, blockSize }),
  ];
}

function problems(sizes: {
  volumeSize: number;
  fileLength: number;
  blockSize: number;
}): FactDetail[] {
  const { volumeSize, fileLength, blockSize } = sizes;
  if (![512, 1024, 2048].includes(blockSize))
    return [wordedDetail("problem", "block-size-wrong", { size: blockSize })];
  if (fileLength >= volumeSize) return [];
  return [wordedDetail("problem", "ends-too-early", { size: volumeSize - fileLength })];
}

/** "2024010203040500" as "2024-01-02 03:04:05"; empty when not recorded (ECMA-119 8.4.26.1). */
function creationTime(digits: string): string {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d\d$/.exec(digits);
  if (parts === null || /^0+$/.test(digits)) return "";
  const [, year, month, day, hour, minute, second] = parts;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** A supplementary descriptor with a UCS-2 escape sequence (Joliet): `%/@`, `%/C` or `%/E` at byte 88. */
function jolietDetails(found: readonly VolumeDescriptor[]): FactDetail[] {
  const joliet = found.find(
    ({ identifier, type, fields }) =>
      identifier === "CD001" && type === 2 && /^%\/[@CE]/.test(characters(fields, 88, 32)),
  );
  if (joliet === undefined) return [];
  const name = wideCharacters(joliet.fields, 40, 32);
  return [detail("joliet-volume", name)];
}

/** A boot record of El Torito 1.0 names its catalog's logical sector at byte 0x47. */
function bootDetails(found: readonly VolumeDescriptor[]): FactDetail[] {
  const boot = found.find(
    ({ identifier, type, fields }) =>
      identifier === "CD001" &&
      type === 0 &&
      characters(fields, 7, 32) === "EL TORITO SPECIFICATION",
  );
  return boot ? [detail("boot-catalog-sector", boot.fields.u32(0x47))] : [];
}

/** ECMA-167 3/9.1: NSR02 and NSR03 tell a UDF file system. */
function udfDetails(found: readonly VolumeDescriptor[]): FactDetail[] {
  const udf = found.find(({ identifier }) => identifier.startsWith("NSR"));
  return udf ? [detail("udf", udf.identifier)] : [];
}
