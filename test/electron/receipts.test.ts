import { randomUUID } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { receiptHandlers } from "../../electron/handlers/receipts";
import { birthOf, receiptOf } from "../../electron/jobs/receipt";
import { openReceipts } from "../../electron/receipts";
import { receiptSchema, type Receipt } from "../../shared/model/receipt";
import { tempFolder } from "../helpers/temp-folder";

const request = {
  source: "/srv/a.qcow2",
  passphrase: "correct horse battery",
  target: "/srv/b.vmdk",
  format: "vmdk",
  options: { adapter_type: "ide" },
  compress: false,
  replace: false,
  verify: true,
} as const;
const result = {
  virtualSize: 4096,
  fileLength: 65_536,
  allocated: 8192,
  sources: [{ path: "/srv/a.qcow2", fileLength: 100 }],
  verification: { method: "sha256" as const, sha256: "0".repeat(64), size: 4096 },
  salvaged: { ranges: [{ at: 512, length: 512, reason: "io" }], bytes: 512, unlisted: 0 },
};

/** A receipt of a job that began so many seconds after an hour. */
function receiptAt(seconds: number): Receipt {
  const startedAt = new Date(Date.UTC(2026, 0, 2, 3, 4, 0) + seconds * 1000);
  const finished = {
    id: randomUUID(),
    request,
    result,
    command: "lamina …",
    startedAt,
    seconds: 9,
  };
  return receiptOf(finished, "1.2.3");
}

describe("a receipt", () => {
  it("tells what was done, and no passphrase", () => {
    const receipt = receiptAt(5);
    expect(receiptSchema.parse(receipt)).toEqual(receipt);
    expect(receipt).toMatchObject({
      startedAt: "2026-01-02T03:04:05.000Z",
      seconds: 9,
      sources: result.sources,
      target: { path: "/srv/b.vmdk", format: "vmdk", virtualSize: 4096, fileLength: 65_536 },
      verification: result.verification,
      salvaged: result.salvaged,
      toolVersion: "1.2.3",
      part: false,
    });
    expect(receipt.target).not.toHaveProperty("born");
    expect(JSON.stringify(receipt)).not.toContain("horse");
  });

  it.each([{ snapshot: 0 }, { member: "a.vmdk" }, { behind: ["/srv/c.raw"] }])(
    "says when it is not of all of one image: %o",
    (chosen) => {
      const times = { startedAt: new Date(0), seconds: 1 };
      const finished = { id: randomUUID(), result, command: "lamina …", ...times };
      const receipt = receiptOf({ ...finished, request: { ...request, ...chosen } }, "1", 12.5);
      expect(receiptSchema.parse(receipt)).toMatchObject({ part: true, target: { born: 12.5 } });
    },
  );

  it("knows when the new image's file was made, where there is one", async () => {
    const path = join(tempFolder(), "a.raw");
    expect(await birthOf(path)).toBeUndefined();
    writeFileSync(path, "a");
    const born = await birthOf(path);
    writeFileSync(path, "another");
    expect(await birthOf(path)).toBe(born);
  });
});

describe("the receipts", () => {
  it("are none where there is no folder", async () => {
    const receipts = openReceipts(join(tempFolder(), "receipts"));
    expect(await receipts.list()).toEqual([]);
    await receipts.remove(randomUUID());
  });

  it("are listed with the newest first, and removed one by one", async () => {
    const folder = join(tempFolder(), "receipts");
    const calls = receiptHandlers(openReceipts(folder));
    const all = [3, 1, 2].map(receiptAt);
    for (const receipt of all) await openReceipts(folder).add(receipt);
    expect(await calls["receipts.list"](undefined)).toEqual([all[0], all[2], all[1]]);
    await calls["receipts.remove"]({ id: all[2]!.id });
    expect(await calls["receipts.list"](undefined)).toEqual([all[0], all[1]]);
    for (const name of readdirSync(folder)) expect(name).toMatch(/^2026-01-02T03-04-0\d.*\.json$/);
  });

  it("leaves out what is damaged, and what it did not write", async () => {
    const folder = tempFolder();
    const receipts = openReceipts(folder);
    const good = receiptAt(1);
    await receipts.add(good);
    writeFileSync(join(folder, "2026-01-03.cut.json"), JSON.stringify(good).slice(0, 80));
    writeFileSync(join(folder, "2026-01-03.other.json"), `{"version":2}`);
    writeFileSync(join(folder, "2026-01-04.json.new"), JSON.stringify(good));
    expect(await receipts.list()).toEqual([good]);
  });

  it("have what a killed Lamina left half written removed with the next one", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "2026-01-01.cut.json.new"), "{");
    const receipts = openReceipts(folder);
    const [first, second] = [receiptAt(1), receiptAt(2)];
    await Promise.all([receipts.add(first), receipts.add(second)]);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(await receipts.list()).toEqual([second, first]);
  });

  it("are five hundred at most: the oldest go", async () => {
    const folder = tempFolder();
    const receipts = openReceipts(folder);
    for (let number = 0; number < 502; number++) {
      const name = `2025-01-01T00-00-00.${String(number).padStart(3, "0")}Z.${randomUUID()}.json`;
      writeFileSync(join(folder, name), "{}");
    }
    await receipts.add(receiptAt(1));
    const names = readdirSync(folder).toSorted();
    expect(names).toHaveLength(500);
    expect(names[0]).toMatch(/00\.003Z/);
    expect(await receipts.list()).toHaveLength(1);
  });
});
