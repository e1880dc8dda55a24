import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";

/** Bytes of a LUKS version 1 header with its eight key slots. */
const headerLength = 592;
const slotsAt = 208;
const slotLength = 48;
const slotCount = 8;
const slotEnabled = 0x00ac71f3;
const sectorSize = 512;

/** Ciphers in modes that take two keys have names with half the stored key's length. */
const twoKeyModes = new Set(["xts"]);

/**
 * The LUKS version 1 header at byte `at` with the keys, and in the order, of qemu-img's
 * `encrypt` (LUKS On-Disk Format Specification 1.2.3). Offsets are bytes from the LUKS header's
 * beginning.
 * @throws ImageError `invalid-header` when there is none, `truncated`.
 */
export function readLuksHeader(source: ByteSource, at: number): Record<string, unknown> {
  const bytes = new Uint8Array(headerLength);
  source.read(at, bytes);
  const luks = fields(bytes, { order: "big", file: source.name, base: at });
  const version = luks.u16(6);
  if (luks.text(0, 4) !== "LUKS" || luks.u16(4) !== 0xbabe || version !== 1) {
    throw new ImageError("invalid-header", `${source.name}: there is no LUKS header`, {
      file: source.name,
      at,
      expected: "LUKS version 1",
    });
  }
  const [mode = "", generator = ""] = luks.text(40, 32).split("-", 2);
  const [ivgen = "", ivgenHash] = generator.split(":", 2);
  const keyBits = luks.u32(108) * 8;
  return {
    "ivgen-alg": ivgen,
    "hash-alg": luks.text(72, 32),
    "cipher-alg": `${luks.text(8, 32)}-${twoKeyModes.has(mode) ? keyBits / 2 : keyBits}`,
    uuid: luks.text(168, 40),
    ...(ivgenHash !== undefined && { "ivgen-hash-alg": ivgenHash }),
    format: "luks",
    "cipher-mode": mode,
    slots: Array.from({ length: slotCount }, (_, i) => {
      const slot = slotsAt + i * slotLength;
      const keyOffset = luks.u32(slot + 40) * sectorSize;
      if (luks.u32(slot) !== slotEnabled) return { active: false, "key-offset": keyOffset };
      return {
        active: true,
        iters: luks.u32(slot + 4),
        "key-offset": keyOffset,
        stripes: luks.u32(slot + 44),
      };
    }),
    "payload-offset": luks.u32(104) * sectorSize,
    "master-key-iters": luks.u32(164),
  };
}
