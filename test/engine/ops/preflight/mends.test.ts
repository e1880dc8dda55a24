import { describe, expect, it } from "vitest";
import {
  formatById,
  formats,
  ImageError,
  preflight,
  recommendedTarget,
} from "../../../../electron/engine";
import { largestDisk } from "../../../../electron/engine/ops/preflight/limits";
import type { PreflightFacts } from "../../../../electron/engine/ops/preflight/facts";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import {
  preflightFindingSchema,
  purposeSchema,
  type PreflightFinding,
  type Purpose,
  type TargetChoice,
} from "../../../../shared/model/preflight";
import {
  biosLinux,
  biosWindows,
  both,
  GiB,
  MiB,
  noTable,
  report,
  target,
  TiB,
  uefiLinux,
} from "./disks";

const purposes = purposeSchema.options;
const insides = [undefined, biosLinux, biosWindows, uefiLinux, both, noTable];
const sizes = [10 * MiB + 512, 40 * GiB, 3 * TiB];
const subformats = ["monolithicSparse", "monolithicFlat", "twoGbMaxExtentFlat", "streamOptimized"];
const targets: readonly TargetChoice[] = [
  target("raw"),
  target("raw", { preallocation: "falloc" }),
  target("qcow2"),
  target("qcow2", { compat: "0.10", cluster_size: 512 }),
  ...subformats.map((subformat) => target("vmdk", { subformat })),
  target("vdi"),
  target("vdi", { static: true }),
  target("vpc"),
  target("vpc", { subformat: "fixed" }),
  target("vhdx", { subformat: "fixed" }),
];
const places = [
  undefined,
  { free: GiB, holes: false, largestFile: 2 ** 32 - 1, fileSystem: "FAT" },
];

/** Every purpose with every target, of many disks. */
function* situations(): Generator<{ purpose: Purpose; facts: PreflightFacts }> {
  for (const purpose of purposes)
    for (const choice of targets)
      for (const inside of insides)
        for (const virtualSize of sizes)
          for (const place of places) {
            const source = report({ ...(inside && { inside }) }, { virtualSize });
            yield { purpose, facts: { source, target: choice, ...(place && { place }) } };
          }
}

/** The same with what a finding's mend asks for. */
function mended(
  facts: PreflightFacts,
  mend: NonNullable<ReturnType<typeof preflight>[number]["mend"]>,
): PreflightFacts {
  const { fileName, purpose: _purpose, ...choice } = mend;
  return { ...facts, target: { ...facts.target, ...choice }, ...(fileName && { fileName }) };
}

describe("findings", () => {
  it("are plain data, each id once, and gone when their mend is taken", () => {
    let mends = 0;
    const kinds = new Map<string, PreflightFinding>();
    const stubborn: unknown[] = [];
    for (const { purpose, facts } of situations()) {
      const findings = preflight(facts, purpose);
      if (new Set(findings.map(({ id }) => id)).size < findings.length) stubborn.push(findings);
      for (const finding of findings) {
        kinds.set(finding.id, finding);
        const { id, mend } = finding;
        if (mend === undefined) continue;
        mends += 1;
        const after = preflight(mended(facts, mend), mend.purpose ?? purpose);
        if (after.some((each) => each.id === id)) stubborn.push({ purpose, facts, finding });
      }
    }
    expect(stubborn).toEqual([]);
    for (const finding of kinds.values())
      expect(preflightFindingSchema.strict().parse(finding)).toEqual(finding);
    expect(mends).toBeGreaterThan(1000);
  });
});

describe("the recommended target", () => {
  it.each(purposes.filter((purpose) => purpose !== "other"))("of %s is taken there", (purpose) => {
    for (const virtualSize of [40 * GiB, 40 * GiB + 512]) {
      const source = report({ inside: both }, { virtualSize });
      const choice = recommendedTarget(purpose, source)!;
      const { fileName } = choice;
      const findings = preflight(
        { source, target: choice, ...(fileName && { fileName }) },
        purpose,
      );
      const wrong = findings.filter(({ level, mend }) => level === "stop" || mend !== undefined);
      expect(wrong).toEqual([]);
    }
  });

  it.each(purposes)("of %s is of a format that is written, with options that it has", (purpose) => {
    const choice = recommendedTarget(purpose, report());
    if (choice === undefined) return expect(purpose).toBe("other");
    const { create, options } = formatById(choice.format);
    expect(create).toBeDefined();
    const names = options.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(choice.options)));
  });

  it("grows the disk only where it must", () => {
    const whole = report();
    const odd = report({}, { virtualSize: 40 * GiB + 512 });
    expect(recommendedTarget("azure-1", whole)).not.toHaveProperty("size");
    expect(recommendedTarget("azure-1", odd)).toMatchObject({ size: 40 * GiB + MiB });
    expect(recommendedTarget("google", whole)).not.toHaveProperty("size");
    expect(recommendedTarget("google", odd)).toMatchObject({
      size: 41 * GiB,
      fileName: "disk.raw",
    });
  });
});

describe("the largest disk of a format", () => {
  /** Whether the engine makes such an image. */
  function isMade({ format, options }: TargetChoice, size: number): boolean {
    try {
      formatById(format).create?.(memoryTarget(), { size, options });
      return true;
    } catch (error) {
      if (error instanceof ImageError && error.code === "invalid-argument") return false;
      throw error;
    }
  }

  it.each([
    target("vpc"),
    target("vhdx"),
    target("vdi"),
    target("qcow2", { cluster_size: 512 }),
    target("qcow2", { cluster_size: 65536, extended_l2: true }),
  ])("is what the engine makes: $format $options", (choice) => {
    const limit = largestDisk(choice)!;
    expect(isMade(choice, limit)).toBe(true);
    expect(isMade(choice, limit + 512)).toBe(false);
  });

  it("is not known of formats that take any", () => {
    const unlimited = formats.filter(({ id }) => largestDisk(target(id)) === undefined);
    expect(unlimited.map(({ id }) => id)).toContain("raw");
  });
});
