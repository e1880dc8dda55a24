import { onTestFinished } from "vitest";
import { ImageError } from "../../../../electron/engine/errors";
import { vmdk } from "../../../../electron/engine/formats/vmdk";
import { stackLayers, type Extent } from "../../../../electron/engine/image/disk-image";
import { createGate, type Gate } from "../../../../electron/engine/image/gate";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { openFile } from "../../../../electron/engine/io/file";
import { memorySource } from "../../../../electron/engine/io/memory";
import type { ByteSource } from "../../../../electron/engine/io/source";

export { imageErrorOf } from "../opened";

/** A gate to files in memory, by name. */
export function memoryGate(files: Readonly<Record<string, Uint8Array>> = {}): Gate {
  return {
    resolve: ({ name }) => name,
    neighbours: () => Object.keys(files),
    open({ name }) {
      const bytes = files[name];
      if (bytes === undefined)
        throw new ImageError("missing-file", `no file ${name}`, { file: name });
      return memorySource(bytes, name);
    },
  };
}

export function openBytes(
  bytes: Uint8Array | string,
  files: Readonly<Record<string, Uint8Array>> = {},
): ImageLayer {
  const content = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  return vmdk.open(memorySource(content, "image.vmdk"), memoryGate(files));
}

/** The layer in a file, closed when the test ends. */
export function openPath(path: string, gate: Gate = createGate([])): ImageLayer {
  const layer = openSource(openFile(path), gate);
  onTestFinished(() => layer.close());
  return layer;
}

function openSource(source: ByteSource, gate: Gate): ImageLayer {
  try {
    return vmdk.open(source, gate);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The image at `path` and its parents. */
export function openChain(path: string): ImageLayer[] {
  const gate = createGate([]);
  const layers = [openPath(path, gate)];
  for (;;) {
    const child = layers.at(-1);
    if (child?.parent === undefined) return layers;
    const { name } = child.parent;
    layers.push(openPath(gate.resolve({ role: "backing-file", name, from: child.source.name })));
  }
}

/** Every byte that the guest reads, in pieces that no grain divides. */
export function guestBytes(...layers: ImageLayer[]): Uint8Array {
  const image = stackLayers(layers);
  const bytes = new Uint8Array(image.size);
  const piece = 100_003;
  for (let at = 0; at < bytes.length; at += piece) image.read(at, bytes.subarray(at, at + piece));
  return bytes;
}

/** The extents of one layer, in short: [guest byte, length, kind]. */
export function runsOf(layer: ImageLayer): [number, number, Extent["run"]["kind"]][] {
  return [...stackLayers([layer]).extents()].map(({ at, run }) => [at, run.length, run.kind]);
}
