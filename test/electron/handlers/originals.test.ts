import { existsSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { originalHandlers } from "../../../electron/handlers/originals";
import { createOpenings } from "../../../electron/handlers/openings";
import type { ImageUser } from "../../../shared/model/in-use";
import type { Receipt } from "../../../shared/model/receipt";
import type { ImageReport, LayerReport } from "../../../shared/model/report";
import { tempFolder } from "../../helpers/temp-folder";
import { layer, report } from "../../renderer/reports";

const id = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

interface Given {
  receipt?: Partial<Receipt>;
  seen?: Partial<ImageReport>;
  dependents?: string[];
  /** What is found in the new image's place. */
  made?: Partial<ImageReport>;
  madeLayer?: Partial<LayerReport>;
}

/** An original that was written an hour before it was converted, and its new image. */
function setUp({ receipt = {}, seen = {}, dependents = [], made, madeLayer }: Given = {}) {
  const folder = tempFolder();
  const path = join(folder, "a.qcow2");
  const target = join(folder, "a.img");
  writeFileSync(path, "original");
  writeFileSync(target, "new");
  const startedAt = new Date();
  utimesSync(path, startedAt, new Date(startedAt.getTime() - 3_600_000));
  const kept: Receipt = {
    version: 1,
    id,
    kind: "convert",
    startedAt: startedAt.toISOString(),
    seconds: 3,
    sources: [{ path, fileLength: 8 }],
    target: { path: target, format: "raw", virtualSize: 8, fileLength: 3 },
    options: {},
    compress: false,
    verification: { method: "sha256", sha256: "0".repeat(64), size: 8 },
    part: false,
    command: "lamina convert",
    toolVersion: "1",
    ...receipt,
  };
  const trash = join(folder, "trashed");
  const images = dependents.map((one) => ({ path: one, format: "qcow2", namedAs: "a.qcow2" }));
  const receipts = [kept];
  const layers = [layer(target, { format: "raw", virtualSize: 8, ...madeLayer })];
  const handlers = originalHandlers({
    receipts: { list: () => Promise.resolve(receipts) },
    inspector: {
      inspect: async (asked) => {
        if (asked.path === path) return report(path, seen);
        expect(asked).toMatchObject({ path: target, format: "raw" });
        return report(target, { layers, ...made });
      },
    },
    tasks: { run: (() => Promise.resolve([{ path, images, complete: true }])) as never },
    grants: { list: () => [] },
    openings: createOpenings(),
    changes: { make: (_paths, change) => change({} as never) },
    trash: (file) => Promise.resolve(renameSync(file, trash)),
  });
  const look = () => handlers["receipts.original"]({ id });
  const move = async () => handlers["receipts.trashOriginal"]({ id });
  return { path, target, trash, look, move, kept, receipts };
}

const holder: ImageUser = { sign: "lock", writes: true };
const mark: ImageUser = { sign: "mark", writes: false };
const split = [{ name: "createType", value: "twoGbMaxExtentSparse" }];
const vmdk = (details: typeof split) => [
  layer("/a", { format: "vmdk", facts: { snapshots: [], bitmaps: [], details } }),
];

describe("the original of a conversion", () => {
  it("goes to the trash when its receipt proves the new image, and nobody needs it", async () => {
    const { path, trash, look, move } = setUp({ seen: { inUse: [mark] } });
    expect(await look()).toMatchObject({ path, fileLength: 8, dependents: [], users: [] });
    expect(await look()).not.toHaveProperty("stays");
    await move();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(trash)).toBe(true);
    expect(await look()).toMatchObject({ stays: "gone" });
    await expect(move()).rejects.toThrow("stays where it is");
  });

  it.each<[string, Given]>([
    ["unverified", { receipt: { verification: undefined } }],
    ["unverified", { receipt: { sourceChanged: ["/a"] } }],
    ["unverified", { receipt: { salvaged: { ranges: [], bytes: 1, unlisted: 1 } } }],
    ["unverified", { receipt: { part: undefined } }],
    ["part", { receipt: { part: true } }],
    ["changed", { receipt: { startedAt: "2001-01-01T00:00:00.000Z" } }],
    ["held", { seen: { inUse: [holder] } }],
    ["dependents", { dependents: ["/over.qcow2"] }],
    ["several-files", { seen: { layers: vmdk(split) } }],
    ["target-other", { madeLayer: { format: "qcow2" } }],
    ["target-other", { madeLayer: { virtualSize: 7 } }],
    ["target-other", { madeLayer: { doubt: { kind: "holds-mark", format: "qcow2" } } }],
    ["target-other", { made: { unreadable: { code: "invalid-table", message: "damaged" } } }],
  ])("stays where that is not so: %s", async (stays, given) => {
    const { path, look, move } = setUp(given);
    expect(await look()).toMatchObject({ stays });
    await expect(move()).rejects.toThrow("stays where it is");
    expect(existsSync(path)).toBe(true);
  });

  it("stays when the new image is gone, or it has another length than it had", async () => {
    const lost = setUp();
    rmSync(lost.target);
    expect(await lost.look()).toMatchObject({ stays: "target-gone" });
    const grown = setUp();
    const before = new Date(Date.now() - 3_600_000);
    writeFileSync(grown.path, "longer than it was");
    utimesSync(grown.path, before, before);
    expect(await grown.look()).toMatchObject({ stays: "changed" });
  });

  it("goes where the new image has grown since, or cannot be read without a passphrase", async () => {
    const grown = setUp({ madeLayer: { virtualSize: 16 } });
    expect(await grown.look()).not.toHaveProperty("stays");
    const unreadable = { code: "passphrase", message: "encrypted" };
    expect(await setUp({ made: { unreadable } }).look()).not.toHaveProperty("stays");
  });

  it("stays when another conversion has written its image in the same place since", async () => {
    const { kept, receipts, look, move, path } = setUp();
    const startedAt = new Date(Date.parse(kept.startedAt) + 1000).toISOString();
    const other = { ...kept, id: "2b4e28ba-2fa1-41d2-883f-0016d3cca427", startedAt };
    receipts.unshift({ ...other, target: { ...kept.target, path: "/elsewhere" } });
    expect(await look()).not.toHaveProperty("stays");
    receipts.unshift(other);
    expect(await look()).toMatchObject({ stays: "target-other" });
    await expect(move()).rejects.toThrow("stays where it is");
    expect(existsSync(path)).toBe(true);
    // The one that was replaced says nothing against the one that replaced it.
    receipts[0] = {
      ...other,
      startedAt: new Date(Date.parse(kept.startedAt) - 1000).toISOString(),
    };
    expect(await look()).not.toHaveProperty("stays");
  });

  it("stays when another file has taken the new image's place", async () => {
    const { kept, receipts, target, look } = setUp();
    const born = statSync(target).birthtimeMs;
    receipts[0] = { ...kept, target: { ...kept.target, born } };
    writeFileSync(target, "a machine wrote to it");
    expect(await look()).not.toHaveProperty("stays");
    receipts[0] = { ...kept, target: { ...kept.target, born: born - 1000 } };
    expect(await look()).toMatchObject({ stays: "target-other" });
  });

  it("is found by a receipt only", async () => {
    const { look } = setUp({ receipt: { id: "9b4e28ba-2fa1-41d2-883f-0016d3cca427" } });
    await expect(look()).rejects.toThrow("receipt");
  });
});
