import { putFields } from "../../../electron/engine/codec/fields";

/** One entry of a handmade archive. */
export interface HandmadeEntry {
  readonly name: string;
  readonly data?: Uint8Array;
  /** The type flag; a file's when absent. */
  readonly type?: string;
  /** What the header says of the size, 12 bytes at most; by default it is right. */
  readonly size?: Uint8Array | string;
  readonly prefix?: string;
  /** Laid over the header before its checksum is made. */
  readonly patch?: (header: Uint8Array) => void;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A file's bytes, filled up to whole blocks. */
function padded(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(data.length / 512) * 512);
  bytes.set(data);
  return bytes;
}

/** An entry's header and data, as ustar has them. */
function entryBytes(entry: HandmadeEntry): Uint8Array {
  const { name, data = new Uint8Array(0), type = "0", prefix = "" } = entry;
  const header = new Uint8Array(512);
  const put = putFields(header, "big");
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  put.bytes(0, text(name).subarray(0, 100));
  put.text(100, "0000644\0");
  const size = entry.size ?? octal(data.length, 11);
  put.bytes(124, typeof size === "string" ? text(size) : size);
  put.text(136, octal(0, 11));
  put.text(156, type);
  put.text(257, "ustar");
  put.text(263, "00");
  put.text(345, prefix);
  entry.patch?.(header);
  header.fill(0x20, 148, 156);
  put.text(
    148,
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0`,
  );
  return Buffer.concat([header, padded(data)]);
}

/** A tar archive of these entries, with the two blocks of zeros at its end. */
export function archive(entries: readonly HandmadeEntry[]): Uint8Array {
  return Buffer.concat([...entries.map(entryBytes), new Uint8Array(1024)]);
}

/** A number to base 256, as a header has it. */
export function base256(value: bigint): Uint8Array {
  const bytes = new Uint8Array(12);
  for (let at = 11, left = BigInt.asUintN(96, value); at >= 0; at -= 1, left >>= 8n)
    bytes[at] = Number(left & 0xffn);
  bytes[0]! |= 0x80;
  return bytes;
}

/** A pax record, with its own length. */
export function paxRecord(key: string, value: string): Uint8Array {
  const rest = text(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return Buffer.concat([text(String(length)), rest]);
}

/** What an OVF descriptor says of one disk. */
export interface OvfFile {
  readonly href: string;
  readonly attributes?: string;
}

/** A descriptor that names these disks, and an ISO that is none. */
export function ovf(files: readonly OvfFile[]): Uint8Array {
  return text(`<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References>
    <File ovf:id="iso" ovf:href="tools.iso"/>
${files.map(({ href, attributes = "" }, index) => `    <File ovf:href="${href}" ovf:id="file${index}" ${attributes}/>`).join("\n")}
  </References>
  <DiskSection>
    <Info>Disks</Info>
${files.map((_, index) => `    <Disk ovf:capacity="8" ovf:diskId="disk${index}" ovf:fileRef="file${index}"/>`).join("\n")}
    <Disk ovf:capacity="8" ovf:diskId="empty"/>
  </DiskSection>
</Envelope>
`);
}
