import { fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import { headerSize, readHostedHeader, type HostedHeader } from "./hosted-header";
import { errorAt } from "./vmdk-error";

/** The file's last 1536 bytes: footer marker, footer, end-of-stream marker. */
const tailSize = 3 * headerSize;
/** Marker types (specification, "Markers"). */
const marker = { endOfStream: 0, footer: 3 } as const;

/** What header and footer must agree on: they differ in the grain directory's place alone. */
const common = [
  "version",
  "capacity",
  "grainSize",
  "entriesPerTable",
  "descriptorOffset",
  "descriptorSize",
  "isCompressed",
] as const satisfies readonly (keyof HostedHeader)[];

/**
 * Reads the footer of a stream-optimized extent, which was written when the grain directory's place was
 * known. It is trusted, but only together with a header that says the same.
 * @throws ImageError `truncated` when the file does not end in a footer, `invalid-header`, and as readHostedHeader.
 */
export function readFooter(source: ByteSource, header: HostedHeader): HostedHeader {
  const at = source.size - tailSize;
  if (at < headerSize) throw noFooter(source, source.size);
  const tail = new Uint8Array(tailSize);
  source.read(at, tail);
  const tailFields = fields(tail, { order: "little", file: source.name, base: at });
  const isFooterMarker = tailFields.u32(8) === 0 && tailFields.u32(12) === marker.footer;
  const isFooter = tailFields.text(headerSize, 4) === "KDMV";
  const isEnd = tail.subarray(2 * headerSize, 2 * headerSize + 16).every((byte) => byte === 0);
  if (!isFooterMarker || !isFooter || !isEnd) throw noFooter(source, at);
  const footer = readHostedHeader(source, at + headerSize);
  if (footer.directory === "at-end") {
    throw errorAt("invalid-header", source, at + headerSize + 56, "the footer names no directory");
  }
  for (const field of common) {
    if (footer[field] === header[field]) continue;
    throw errorAt("invalid-header", source, at + headerSize, `header and footer differ: ${field}`, {
      expected: String(header[field]),
      found: String(footer[field]),
    });
  }
  return footer;
}

function noFooter(source: ByteSource, at: number) {
  return errorAt("truncated", source, at, "the file does not end in a footer: it is cut off", {
    expected: "footer marker, footer and end-of-stream marker",
    hint: "Download or export the image again.",
  });
}
