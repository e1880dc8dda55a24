import { closeSync, existsSync, fsyncSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { random, type Random } from "../helpers/seed";
import { copyThick, dataRuns, writeRuns, type DataRun } from "./disk-content";
import { mustRun } from "./run";

/** An image that rows read; made when the first row asks for it. */
export interface Input {
  /** Name of its file, which tells it from all others. */
  readonly file: string;
  readonly format: string;
  /** Writes the image to `path`. */
  make(path: string, inputs: Inputs): Promise<void>;
}

/** The images of one benchmark, in one folder. */
export interface Inputs {
  /** Virtual size of the disk that is converted, in bytes. */
  readonly size: number;
  /** Path of an image, made now if it is not there. */
  get(input: Input): Promise<string>;
}

/** The same disk for every run of the benchmark. */
export const seed = 20_240_229;
const cluster = 64 * 1024;

export function createInputs(folder: string, size: number): Inputs {
  const inputs: Inputs = {
    size,
    async get(input) {
      const path = join(folder, input.file);
      if (!existsSync(path)) {
        await input.make(path, inputs);
        flush(path);
      }
      return path;
    },
  };
  return inputs;
}

/** Waits until the file is on the disk: writing it there must not fall into a measurement. */
function flush(path: string): void {
  const fd = openSync(path, "r");
  fsyncSync(fd);
  closeSync(fd);
}

/** A raw file with holes. */
export const sparseRaw: Input = {
  file: "sparse.raw",
  format: "raw",
  async make(path, { size }) {
    const from = random(seed);
    writeRuns(path, from, size, dataRuns(from, size));
  },
};

/** The same disk with its holes written as zeros. */
export const thickRaw: Input = {
  file: "thick.raw",
  format: "raw",
  make: async (path, inputs) => copyThick(await inputs.get(sparseRaw), path),
};

/** The same disk as qemu-img writes it in a format. */
export function qemuMade(format: string, ...options: string[]): Input {
  return {
    file: ["sparse", ...options, format].join("."),
    format,
    async make(path, inputs) {
      const source = await inputs.get(sparseRaw);
      await mustRun("qemu-img", ["convert", "-f", "raw", "-O", format, ...options, source, path]);
    },
  };
}

/** Two layers over the whole disk; each writes a third of its runs again. */
export const chainOfThree: Input = {
  file: "chain-top.qcow2",
  format: "qcow2",
  async make(path, inputs) {
    const { size } = inputs;
    const middle = await inputs.get(
      overlayInput("chain-middle", await inputs.get(qemuMade("qcow2"))),
    );
    await makeOverlay(path, size, seed + 2, middle);
  },
};

function overlayInput(name: string, base: string): Input {
  return {
    file: `${name}.qcow2`,
    format: "qcow2",
    make: (path, { size }) => makeOverlay(path, size, seed + 1, base),
  };
}

async function makeOverlay(path: string, size: number, from: number, base: string): Promise<void> {
  const choice = random(from);
  const runs = dataRuns(random(seed), size).filter(() => choice.chance(1 / 3));
  await makeQcow2(path, choice, size, runs);
  // Only the name of the base is entered: what the overlay does not hold then shows through.
  await mustRun("qemu-img", ["rebase", "-u", "-f", "qcow2", "-b", base, "-F", "qcow2", path]);
}

async function makeQcow2(
  path: string,
  from: Random,
  size: number,
  runs: Iterable<DataRun>,
): Promise<void> {
  const raw = `${path}.raw`;
  writeRuns(raw, from, size, runs);
  await mustRun("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, path]);
  rmSync(raw);
}

/** 2 TiB of which 400 L2 tables map something: 16 single clusters each. */
export const hugeQcow2: Input = {
  file: "huge.qcow2",
  format: "qcow2",
  make: (path) => makeQcow2(path, random(seed), 2 * 2 ** 40, hugeRuns()),
};

function* hugeRuns(): Generator<DataRun, void, undefined> {
  const tables = 400;
  const guestPerTable = (cluster / 8) * cluster;
  const allTables = (2 * 2 ** 40) / guestPerTable;
  for (let table = 0; table < tables; table += 1) {
    const start = Math.floor((table * allTables) / tables) * guestPerTable;
    for (let nth = 0; nth < 16; nth += 1) {
      yield { at: start + (nth * guestPerTable) / 16, length: cluster };
    }
  }
}

/**
 * A disk of 100 GiB in use, all of it mapped, with 16 snapshots: between two of them a guest wrote 128
 * clusters and gave 2000 back, in twelve places of 512 MiB. The data themselves are holes.
 */
export const sixteenSnapshots: Input = {
  file: "snapshots.qcow2",
  format: "qcow2",
  async make(path) {
    const from = random(seed);
    const size = 100 * 2 ** 30;
    const place = 512 * 2 ** 20;
    const full = ["-o", "preallocation=metadata"];
    await mustRun("qemu-img", ["create", "-q", "-f", "qcow2", ...full, path, String(size)]);
    for (let nth = 1; nth <= 16; nth += 1) {
      const places = Array.from({ length: 12 }, () => from.between(0, size / place) * place);
      const at = (): number => from.pick(places) + from.between(0, place / cluster) * cluster;
      const writes = Array.from({ length: 128 }, () => `write -P ${nth} ${at()} ${cluster}`);
      const given = Array.from({ length: 2000 }, () => `discard ${at()} ${cluster}`);
      const commands = [...writes, ...given].flatMap((command) => ["-c", command]);
      await mustRun("qemu-io", ["-f", "qcow2", ...commands, path]);
      await mustRun("qemu-img", ["snapshot", "-c", `s${nth}`, path]);
    }
  },
};
