import { ImageError } from "../errors";
import { raw } from "../formats/raw";
import { probeFormat } from "../formats/registry";
import type { OpenRequest } from "../image/open-image";
import { createPartial } from "../image/partial-file";
import { fileStatus, openFile } from "../io/file";
import type { ByteSource, ByteTarget } from "../io/source";
import type { Packing } from "../wrappings/packing";
import { packedAs } from "../wrappings/packings";
import { beginsTar } from "../wrappings/tar/entries";
import { unpackSource } from "../wrappings/unpack";
import { changedOf } from "./changed-sources";
import type { Control } from "./control";
import type { ConvertJob, ConvertResult } from "./convert";
import { createCopyBuffer, type CopyBuffer } from "./copy-buffer";
import { requireReplaceable } from "./replaceable";
import type { Steps } from "./steps";
import { NotAsTold, streamPacked, type PackedStream } from "./stream-packed";
import { nonZeroRuns } from "./zero-blocks";

/** Zeros in stretches of this many bytes stay holes. */
const blockSize = 4096;

/** How the file that is asked for is compressed as a whole; undefined when it is not, or a format is named. */
export function packingOf({ path, format }: OpenRequest): Packing | undefined {
  if (format !== undefined) return undefined;
  const source = openFile(path);
  try {
    return packedAs(source);
  } finally {
    source.close();
  }
}

/**
 * Converts a compressed image. A raw disk is unpacked while it is converted, by one thread; so is one that comes
 * first in a compressed archive. Everything else is unpacked to a file beside the target first, with holes for its
 * zeros, for other formats are read here and there. So is what turns out otherwise than its beginning says: a fixed
 * VHD or a disk image of Apple shows only at its end that it is no raw disk, and an archive that there are several.
 * A raw disk that is wanted as one is then the target already. Progress counts the disk's bytes, or the packed ones and then those that are copied. Whatever goes wrong,
 * nothing is left.
 * @param request The one image that `job` converts.
 * @param convertImage Converts the unpacked image, or the one that a stream gives.
 * @throws ImageError as `convert` and unpacking do; `unsupported` when it is packed twice.
 */
export function* convertPacked(
  job: ConvertJob,
  request: OpenRequest,
  packing: Packing,
  convertImage: (job: ConvertJob, stream?: PackedStream) => Steps<ConvertResult>,
): Steps<ConvertResult> {
  const { path, member } = request;
  const wanted = { member, archivesOnly: isPlainRaw(job, member) };
  const stream = canStream(job) ? openStream(job.control, path, packing, wanted) : undefined;
  try {
    if (stream !== undefined) return yield* convertImage(job, stream);
  } catch (error) {
    if (!(error instanceof NotAsTold)) throw error;
  }
  const before = job.control.done;
  const source = openFile(path);
  const packedSize = source.size;
  const { target: file, commit, abandon } = createPartial(job.target, job);
  try {
    refuseSource(source, job.target);
    const dataBytes = yield* unpack(source, packing, file, behind(job.control, before));
    // It is not read again: what is made from here on is made of the copy.
    const changed = changedOf([source]);
    if (packedAs(file) !== undefined) throw packedTwice(source, packing);
    if (isPlainRaw(job, member) && !beginsTar(file) && probeFormat(file).id === "raw") {
      const result = {
        virtualSize: file.size,
        fileLength: file.size,
        allocated: file.allocated,
        dataBytes,
        ...changed,
      };
      requireReplaceable(job.target, job);
      commit();
      return result;
    }
    const unpacked: OpenRequest = {
      path: file.name,
      grants: "none",
      ...(member !== undefined && { member }),
    };
    const control = behind(job.control, before + packedSize);
    const images = [unpacked];
    const result = yield* convertImage({ ...job, source: { ...job.source, images }, control });
    return { ...result, ...changed };
  } catch (error) {
    throw naming(error, file.name, path);
  } finally {
    source.close();
    abandon();
  }
}

/** Unpacks to the target and tells how many of the bytes there are data. */
function* unpack(
  source: ByteSource,
  packing: Packing,
  target: ByteTarget,
  control: Control,
): Steps<number> {
  const buffer = createCopyBuffer();
  let end = 0;
  let filled = 0;
  let dataBytes = 0;
  let told = 0;
  const flush = (): void => {
    dataBytes += writeData(buffer, filled, end - filled, target);
    filled = 0;
  };
  control.setTotal(source.size);
  // What unpacks to nothing gives no part to stop at.
  const watched: ByteSource = {
    ...source,
    read(at, into) {
      control.throwIfCancelled();
      source.read(at, into);
    },
  };
  for (const { bytes, taken } of unpackSource(watched, packing)) {
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + buffer.bytes.length - filled);
      buffer.bytes.set(part, filled);
      filled += part.length;
      done += part.length;
      end += part.length;
      if (filled === buffer.bytes.length) flush();
    }
    control.addDone(taken - told);
    told = taken;
    control.throwIfCancelled();
    yield;
  }
  flush();
  // A raw disk has whole sectors.
  target.truncate(Math.ceil(end / 512) * 512);
  control.addDone(source.size - told);
  return dataBytes;
}

/** Writes the buffer's first `length` bytes at `at`, leaving zeros out; tells how many were written. */
function writeData(buffer: CopyBuffer, length: number, at: number, target: ByteTarget): number {
  let written = 0;
  for (const { from, to } of nonZeroRuns(buffer, length, blockSize)) {
    const bytes = buffer.bytes.subarray(from * blockSize, Math.min(to * blockSize, length));
    target.write(at + from * blockSize, bytes);
    written += bytes.length;
  }
  return written;
}

/** Whether nothing is wanted but the raw disk itself. */
function isPlainRaw(job: ConvertJob, member: string | undefined): boolean {
  const isDefault = ([name, value]: [string, unknown]): boolean =>
    raw.options.some((option) => option.name === name && option.default === value);
  const { format, options, source, keepZeros = false } = job;
  if (format !== "raw" || member !== undefined || keepZeros) return false;
  if (source.size !== undefined || source.padTo !== undefined) return false;
  return Object.entries(options).every(isDefault);
}

/** Whether the disk is read once and forwards, by one thread. */
function canStream({ source }: ConvertJob): boolean {
  if (source.range !== undefined || source.salvage === true) return false;
  return source.size === undefined && source.padTo === undefined;
}

function openStream(
  control: Control,
  path: string,
  packing: Packing,
  wanted: Parameters<typeof streamPacked>[3],
): PackedStream | undefined {
  const source = openFile(path);
  let stream: PackedStream | undefined;
  try {
    stream = streamPacked(source, packing, () => control.throwIfCancelled(), wanted);
    return stream;
  } finally {
    if (stream === undefined) source.close();
  }
}

/** The control for what comes behind `bytes` bytes that are done. */
function behind(control: Control, bytes: number): Control {
  const setTotal = (total: number): void => control.setTotal(bytes + total);
  return Object.create(control, { setTotal: { value: setTotal } }) as Control;
}

/** Replacing what is being read would destroy it. */
function refuseSource({ name, identity }: ByteSource, target: string): void {
  if (identity === undefined || fileStatus(target).identity !== identity) return;
  throw new ImageError("invalid-argument", `${target} is a file that the conversion reads`, {
    file: name,
    hint: "Choose another name.",
  });
}

function packedTwice({ name }: ByteSource, { label }: Packing): ImageError {
  return new ImageError("unsupported", `${name}: inside is another compressed file`, {
    file: name,
    hint: `Unpack it with ${label} first.`,
  });
}

/** The error with the name of the packed file, where it has the name of what it was unpacked to. */
function naming(error: unknown, unpacked: string, packed: string): unknown {
  // The host's own error is about the file that it names.
  if (!(error instanceof ImageError) || error.file !== unpacked || error.code === "io")
    return error;
  const { code, message, expected, found, at, hint, cause } = error;
  const told = message.replaceAll(unpacked, packed);
  return new ImageError(code, told, { expected, found, at, file: packed, hint, cause });
}
