import { putFields } from "../../codec/fields";
import { guidBytes, newGuid, nilGuid } from "../../codec/guid";
import type { ByteTarget } from "../../io/source";
import { checksumAt, checksumOf } from "./checksum";
import { headerOffsets, headerSize, type Header } from "./header";

/**
 * Writes the header that is not current, with the next number and an empty log, so that it becomes the
 * current one ([MS-VHDX] 2.2.2): it says that the file is no longer what it was.
 * @param changes Whether what the guest sees is going to change, too.
 */
export function writeNextHeader(
  file: ByteTarget,
  header: Header,
  changes: { readonly disk: boolean },
): void {
  const other = headerOffsets.find((at) => at !== header.at) ?? headerOffsets[0];
  const bytes = new Uint8Array(headerSize);
  file.read(header.at, bytes);
  const put = putFields(bytes, "little");
  put.u64(8, header.sequenceNumber + 1n);
  put.bytes(16, newGuid());
  if (changes.disk) put.bytes(32, newGuid());
  put.bytes(48, guidBytes(nilGuid));
  put.u32(checksumAt, checksumOf(bytes));
  file.write(other, bytes);
  file.flush();
}
