import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileSystemKind, placeOf } from "../../../electron/handlers/file-system";
import { createGrants } from "../../../electron/handlers/grants";
import { createOpenings } from "../../../electron/handlers/openings";
import { preflightHandlers } from "../../../electron/handlers/preflight";
import { calls, type CallInput } from "../../../shared/ipc/contract";
import { tempFolder } from "../../helpers/temp-folder";
import { both, GiB, report } from "../../engine/ops/preflight/disks";

const source = report({ inside: both }, { virtualSize: 40 * GiB + 512 });

/** Asks as the renderer does: both ways through the contract. */
async function ask(input: Partial<CallInput<"convert.preflight">>) {
  const inspector = { inspect: () => Promise.resolve(source), warmUp: () => {}, close: () => {} };
  const handlers = preflightHandlers(inspector, createGrants(), createOpenings());
  const { input: asks, output } = calls["convert.preflight"];
  const whole = asks.parse({ source: source.path, purpose: "google", ...input });
  return output.parse(await handlers["convert.preflight"](whole));
}

const ids = ({ findings }: Awaited<ReturnType<typeof ask>>) => findings.map(({ id }) => id);

describe("convert.preflight", () => {
  it("takes what is recommended where nothing is chosen", async () => {
    const answer = await ask({});
    expect(answer.recommended).toEqual({
      format: "raw",
      options: {},
      size: 41 * GiB,
      fileName: "disk.raw",
    });
    expect(ids(answer)).toEqual(["google-pack"]);
  });

  it("holds a choice against the purpose", async () => {
    expect(ids(await ask({ format: "raw" }))).toContain("google-whole-gib");
    expect(ids(await ask({ format: "raw", size: 41 * GiB }))).not.toContain("google-whole-gib");
    const azure = await ask({ purpose: "azure-2", format: "vpc" });
    expect(ids(azure)).toEqual(["azure-whole-mib"]);
    const dynamic = await ask({ purpose: "azure-2", format: "vpc", options: {} });
    expect(ids(dynamic)).toContain("azure-not-fixed");
  });

  it("looks at the target's place and at the device", async () => {
    const answer = await ask({ target: join(tempFolder(), "vm.raw") });
    expect(ids(answer)).toContain("google-file-name");
    const device = { size: GiB, sectorSize: 512 };
    const stick = await ask({ purpose: "plain-disk", device });
    expect(ids(stick)).toContain("device-too-small");
  });

  it("needs a format where no purpose tells one", async () => {
    await expect(ask({ purpose: "other" })).rejects.toMatchObject({
      failure: { code: "invalid-argument" },
    });
    expect(await ask({ purpose: "other", format: "vdi" })).not.toHaveProperty("recommended");
  });
});

describe("the place of a target", () => {
  it("knows file systems by Linux' numbers, and nothing by others'", () => {
    expect(fileSystemKind(0x4d44, "linux")).toEqual({
      fileSystem: "FAT",
      holes: false,
      largestFile: 2 ** 32 - 1,
    });
    expect(fileSystemKind(0xef53, "linux")).toEqual({ fileSystem: "ext4", holes: true });
    expect(fileSystemKind(0x4d44, "darwin")).toEqual({});
    expect(fileSystemKind(1, "linux")).toEqual({});
  });

  it("tells what is free, and nothing of a folder that is not there", async () => {
    const folder = tempFolder();
    const { free } = await placeOf(join(folder, "new.raw"));
    expect(free).toBeGreaterThan(0);
    expect(await placeOf(join(folder, "none", "new.raw"))).toEqual({});
  });
});
