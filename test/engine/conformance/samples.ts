import type { FormatId } from "../../../shared/model/format";
import type { PatternDisk } from "../../helpers/pattern-disk";
import type { Random } from "../../helpers/seed";
import { dmgSamples } from "./samples/dmg";
import { isoSamples } from "./samples/iso";
import { parallelsSamples } from "./samples/parallels";
import { qcowSamples } from "./samples/qcow";
import { qcow2Samples } from "./samples/qcow2";
import { rawSamples } from "./samples/raw";
import { vdiSamples } from "./samples/vdi";
import { vhdxSamples } from "./samples/vhdx";
import { vmdkSamples } from "./samples/vmdk";
import { vpcSamples } from "./samples/vpc";

/** An image file and every byte that its guest sees. */
export interface Sample {
  /** What is special about it. */
  readonly name: string;
  readonly path: string;
  readonly content: Uint8Array;
}

/** A header or table of an image file: what the damage tests cut off and overwrite. */
export interface Structure {
  readonly name: string;
  /** Byte offset in the file. */
  readonly at: number;
  /** Bytes. */
  readonly length: number;
}

/** All that the suite must be told of one format. The rest it asks the registry. */
export interface FormatSamples {
  /** What qemu-img calls the format. */
  readonly qemuName: string;
  /** Bytes of the largest disk whose empty image stays small; 16 TiB when absent. */
  readonly largestEmpty?: number;
  /** What `qemu-img create -o` is given for overlays of each sort; empty when it makes none. */
  readonly overlays: readonly string[];
  /** Images that hold `disk`, made without any other program and without our writer. */
  byHand(folder: string, disk: PatternDisk, random: Random): Sample[];
  /** Images made with qemu-img and qemu-io, some of them holding `disk`. */
  byQemu(folder: string, disk: PatternDisk, random: Random): Sample[];
  /** The structures of one image of this format, found in its bytes. */
  structures(bytes: Uint8Array): Structure[];
}

/** One entry for each format; the suite fails for a registered format without one. */
export const samples: Readonly<Record<FormatId, FormatSamples>> = {
  raw: rawSamples,
  iso: isoSamples,
  qcow2: qcow2Samples,
  vmdk: vmdkSamples,
  vdi: vdiSamples,
  vpc: vpcSamples,
  vhdx: vhdxSamples,
  qcow: qcowSamples,
  parallels: parallelsSamples,
  dmg: dmgSamples,
};
