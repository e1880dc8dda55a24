import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, createControl, measureTarget, measureVariants } from "../../../electron/engine";
import { exactFolder } from "../../helpers/exact-folder";
import { jobOf, writeIslands } from "./convert-job";

const MIB = 1024 * 1024;

describe("measuring a disk that is grown", () => {
  it("tells what convert writes, for one target or all", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeIslands(source, 2, MIB);
    const request = { path: source, grants: [] };
    const size = 8 * MIB;
    const target = { format: "vpc", options: { subformat: "fixed" } } as const;
    const measured = measureTarget(request, target, createControl(), size);
    const grown = { images: [request], size };
    const { fileLength, allocated } = convert(
      jobOf(source, join(path, "target"), "vpc", { source: grown, options: target.options }),
    );
    expect(measured).toMatchObject({ fileLength, allocated });
    const all = measureVariants(request, createControl(), size);
    expect(all.find(({ variant }) => variant === "vpc-fixed")).toMatchObject({ fileLength });
    const smaller = () => measureTarget(request, target, createControl(), MIB);
    expect(smaller).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});
