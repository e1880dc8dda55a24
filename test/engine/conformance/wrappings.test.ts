import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formats } from "../../../electron/engine/formats/registry";
import { openImage } from "../../../electron/engine/image/open-image";
import { packings } from "../../../electron/engine/wrappings/packings";
import { convert } from "../../../electron/engine/ops/convert";
import { createControl } from "../../../electron/engine/ops/control";
import { layerFactsSchema } from "../../../shared/model/facts";
import { wrappingIdSchema, type FormatId } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { archive } from "../wrappings/archive";
import { pack } from "../wrappings/packed";
import { plainSamples } from "./plain-samples";
import { expectReads } from "./reading";
import type { Sample } from "./samples";

/** Whole sectors, and no whole number of any larger block. */
const diskSize = 512 * 503;

function samplesOf(format: (typeof formats)[number], folder: string): Sample[] {
  const chance = random(runSeed);
  return plainSamples(format, folder, patternDisk(chance, diskSize), chance);
}

function convertTo(path: string, format: FormatId, target: string): void {
  const rest = { options: {}, replace: false, flush: false, control: createControl() };
  convert({ source: { images: [{ path, grants: [] }] }, target, format, ...rest });
}

it("knows all wrappings that the screens know", () => {
  const ids = ["tar", ...packings.map(({ id }) => id)];
  expect(ids.sort()).toEqual([...wrappingIdSchema.options].sort());
});

describe.each(formats.map((format) => [format.id, format] as const))("%s", (id, format) => {
  it(`in an archive is read where it lies (seed ${runSeed})`, () => {
    const folder = tempFolder();
    for (const { path, content } of samplesOf(format, folder)) {
      const wrapped = `${path}.tar`;
      const notes = { name: "notes.txt", data: Buffer.from("notes") };
      const disk = { name: "disk.raw", data: readFileSync(path) };
      writeFileSync(wrapped, archive([notes, disk]));
      const image = openImage({ path: wrapped, grants: [] });
      const [layer] = image.layers;
      expect(layer?.format).toBe(id);
      const { facts } = layer!;
      expect(layerFactsSchema.parse(structuredClone(facts))).toEqual(facts);
      expect(facts.wrapping).toEqual({ id: "tar", member: "disk.raw", sizeKnown: true });
      // Three blocks before it: two headers, and the notes.
      expect(layer?.source.file?.base).toBe(3 * 512);
      expectReads(image, content, random(runSeed));
      image.close();
      convertTo(wrapped, "qcow2", `${path}.new`);
      const made = openImage({ path: `${path}.new`, grants: [] });
      expectReads(made, content, random(runSeed));
      made.close();
    }
  });

  it.each(packings.map((packing) => [packing.id, packing] as const))(
    `in %s is told, and converted (seed ${runSeed})`,
    (packedId) => {
      const folder = tempFolder();
      const [sample] = samplesOf(format, folder);
      const { path, content } = sample!;
      const wrapped = join(folder, `image.${packedId}`);
      writeFileSync(wrapped, pack[packedId](readFileSync(path)));
      const image = openImage({ path: wrapped, grants: [] });
      const [layer] = image.layers;
      expect(layer).toMatchObject({ format: id, facts: { wrapping: { id: packedId } } });
      expect(layerFactsSchema.parse(structuredClone(layer!.facts))).toEqual(layer!.facts);
      expect(layer!.facts.wrapping?.sizeKnown).toBe(true);
      expect(image.size).toBe(content.length);
      expect(() => image.read(0, new Uint8Array(1))).toThrow(
        expect.objectContaining({ code: "unsupported", hint: expect.stringContaining("Convert") }),
      );
      image.close();
      const before = readdirSync(folder);
      for (const target of ["raw", "qcow2"] as const)
        convertTo(wrapped, target, `${path}.${target}`);
      expectBytes(readFileSync(`${path}.raw`), content);
      const made = openImage({ path: `${path}.qcow2`, grants: [] });
      expectReads(made, content, random(runSeed));
      made.close();
      expect(readdirSync(folder).length).toBe(before.length + 2);
    },
  );
});
