import { ImageError } from "../errors";
import { formatById, probeFormat } from "../formats/registry";
import type { Format, OpenOptions } from "../formats/format";
import { openFile } from "../io/file";
import type { ByteSource } from "../io/source";
import type { FormatId } from "../../../shared/model/format";
import { stackLayers, type BrokenChain, type DiskImage } from "./disk-image";
import { closedGate, createGate, sealedGate, type Gate, type Grant, type Reference } from "./gate";
import type { ImageLayer } from "./layer";
import { openParent } from "./open-parent";
import { openWrapped } from "./unwrap";

/** Which image to open and what it may open in turn. Plain data: it crosses threads. */
export interface OpenRequest {
  readonly path: string;
  /** The format it is in; told by its bytes when absent. */
  readonly format?: FormatId;
  /**
   * What it may open outside its own folder; "all" for any file, "none" for none at all, in its folder
   * neither.
   */
  readonly grants: readonly Grant[] | "all" | "none";
  /** Which disk of a tar archive (OVA), by its name in there; needed when there are several. */
  readonly member?: string;
  /** Index in the image's snapshot table, from 0: that internal snapshot instead of the active disk. */
  readonly snapshot?: number;
  /** Opens the encrypted data of the image, and of the backing files below it. */
  readonly passphrase?: string;
}

/** Layers that one chain may have, the image itself counted. */
const deepestChain = 256;

/**
 * Opens an image read only, and every backing file below it as far as the gate lets it. Where the
 * chain cannot be followed it ends, and `broken` says why; bytes that the present layers hold stay
 * readable. The caller closes the image.
 * @throws ImageError when the image itself cannot be opened.
 */
export function openImage(request: OpenRequest): DiskImage {
  const { layer, gate } = openOwn(request);
  const layers = [layer];
  const { passphrase } = request;
  const below = passphrase === undefined ? {} : { passphrase };
  try {
    return stackLayers(layers, openParents(layers, gate, below));
  } catch (error) {
    for (const layer of layers) layer.close();
    throw error;
  }
}

/**
 * Opens the image alone, read only, with the files that hold its data, and no backing file: enough
 * for what it says of itself.
 * The caller closes the layer.
 * @throws ImageError when it cannot be opened.
 */
export function openTopLayer(request: OpenRequest): ImageLayer {
  return openOwn(request).layer;
}

/**
 * The image's own layer, taken out of what it is wrapped in, and the gate for what it names. A format
 * that is given is that of the file itself, or of the member.
 */
function openOwn(request: OpenRequest): { layer: ImageLayer; gate: Gate } {
  const { path, format, grants, member } = request;
  const source = openFile(path);
  const how = optionsOf(request);
  try {
    const mayBeWrapped = format === undefined || member !== undefined;
    const wrapped = mayBeWrapped ? openWrapped(source, { format, member, how }) : undefined;
    if (wrapped !== undefined) return { layer: wrapped, gate: sealedGate };
  } catch (error) {
    source.close();
    throw error;
  }
  const gate = createGate(grants);
  const own = (): Format => (format === undefined ? probeFormat(source) : formatById(format));
  return { layer: openLayer(source, own, gate, how), gate };
}

/**
 * Passes when the chain was opened to its end, and the data of every layer can be read.
 * @throws ImageError the broken link's own error; `passphrase`, or why a data file is not there.
 */
export function requireWhole(image: DiskImage): void {
  if (image.broken) throw image.broken.error;
  for (const layer of image.layers) layer.requireReadable?.();
}

function optionsOf({ snapshot, passphrase }: OpenRequest): OpenOptions {
  return {
    ...(snapshot !== undefined && { snapshot }),
    ...(passphrase !== undefined && { passphrase }),
  };
}

/** The layer over `source`, which is closed when it cannot be opened. */
function openLayer(
  source: ByteSource,
  format: () => Format,
  gate: Gate,
  how: OpenOptions,
): ImageLayer {
  try {
    const found = format();
    if (how.snapshot !== undefined && found.snapshots !== true)
      throw withoutSnapshots(source, found);
    return found.open(source, gate, how);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Adds parent after parent to `layers`; the answer is where the chain breaks, if it does. */
function openParents(layers: ImageLayer[], gate: Gate, how: OpenOptions): BrokenChain | undefined {
  const seen = new Set(layers.map(({ source }) => identityOf(source)));
  let allowed = gate;
  for (;;) {
    const child = layers.at(-1);
    if (child?.parent === undefined) return undefined;
    const { parent } = child;
    const { name, format } = parent;
    const reference: Reference = { role: "backing-file", name, from: child.source.name };
    // What a base of undeclared format names could have been written by its guest: not followed.
    const next = format === undefined ? closedGate : allowed;
    try {
      if (layers.length >= deepestChain) throw tooDeep(reference);
      const layer = openParent(parent, reference, allowed, (source) =>
        openLayer(source, () => parentFormat(source, format, seen, reference), next, how),
      );
      seen.add(identityOf(layer.source));
      layers.push(layer);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      const path = parent.find === undefined ? pathOf(reference, gate) : undefined;
      return { reference, format, path, error };
    }
    allowed = next;
  }
}

/** The format to open a parent in. @throws ImageError `cycle` when the chain has passed this file already. */
function parentFormat(
  source: ByteSource,
  declared: string | undefined,
  seen: ReadonlySet<string>,
  reference: Reference,
): Format {
  if (seen.has(identityOf(source))) throw cycle(source, reference);
  return declared === undefined ? probeFormat(source) : formatById(declared);
}

function identityOf(source: ByteSource): string {
  return source.identity ?? source.name;
}

function pathOf(reference: Reference, gate: Gate): string | undefined {
  try {
    return gate.resolve(reference);
  } catch {
    return undefined;
  }
}

function cycle(source: ByteSource, { name, from }: Reference): ImageError {
  return new ImageError(
    "cycle",
    `The chain of backing files loops: ${from} names ${name}, which the chain has passed already`,
    { file: source.name, hint: "Point the image to a base that does not build on it." },
  );
}

function withoutSnapshots(source: ByteSource, { label }: Format): ImageError {
  return new ImageError("unsupported", `${source.name}: ${label} has no internal snapshots`, {
    file: source.name,
    expected: "a format with internal snapshots",
    found: label,
  });
}

function tooDeep({ from }: Reference): ImageError {
  return new ImageError("limit", `The chain has more than ${deepestChain} files`, {
    file: from,
    expected: `at most ${deepestChain}`,
    hint: "Flatten a part of the chain first.",
  });
}
