import type { ByteInput } from "../byte-input";
import { lzmaDecoder } from "./lzma";
import { createWindow } from "./window";
import { corruptXz } from "./xz-error";

/**
 * Decodes an LZMA2 stream chunk by chunk; what it yields, at most 2 MiB at once, is valid until the
 * next is asked for.
 * @param dictionary Bytes that matches may reach back, at most 2^30.
 * @throws ImageError `corrupt-data`, `truncated`, `io`.
 */
export function* decodeLzma2(
  input: ByteInput,
  dictionary: number,
): Generator<Uint8Array, void, undefined> {
  const window = createWindow(dictionary);
  const decoder = lzmaDecoder(window);
  let needs: "dictionary" | "properties" | "nothing" = "dictionary";

  const u16 = (): number => input.u8() * 256 + input.u8();

  /** Takes the head of a chunk that is not coded. */
  function stored(control: number): void {
    if (control > 2) throw corruptXz(`a chunk of kind ${control}`);
    if (control === 1) {
      window.empty();
      needs = "properties";
    } else if (needs === "dictionary") throw corruptXz("the first chunk needs what came before");
    const length = u16() + 1;
    window.reserve(length);
    window.append(input.bytes(length));
  }

  function coded(control: number): void {
    const length = (control & 0x1f) * 65536 + u16() + 1;
    const from = u16() + 1;
    /** 3: all is forgotten; 2: new properties; 1: the state is forgotten; 0: it goes on. */
    const reset = (control >>> 5) & 3;
    if (reset === 3) window.empty();
    else if (needs === "dictionary") throw corruptXz("the first chunk needs what came before");
    if (reset >= 2) decoder.setProperties(input.u8());
    else if (needs === "dictionary" || needs === "properties")
      throw corruptXz("a chunk has no properties");
    if (reset >= 1) decoder.resetState();
    needs = "nothing";
    window.reserve(length);
    decoder.decode(input.bytes(from), length);
  }

  for (let control = input.u8(); control !== 0; control = input.u8()) {
    if (control < 0x80) stored(control);
    else coded(control);
    yield window.take();
  }
}
