import { randomUUID } from "node:crypto";
import { openReceipts } from "../../electron/receipts";
import { openSettings } from "../../electron/settings";
import type { Receipt } from "../../shared/model/receipt";

// Run as a process of its own, which is killed: changes the settings and adds receipts in the folder
// it is given, and never ends by itself. It prints a line when it has begun.
const [, , folder = ""] = process.argv;
const settings = openSettings(folder);
const receipts = openReceipts(`${folder}/receipts`);

/** Long enough that it takes more than one block. */
const longPath = (number: number): string => `/${"x".repeat(600)}/${number}.qcow2`;

function receipt(number: number): Receipt {
  return {
    version: 1,
    id: randomUUID(),
    kind: "convert",
    startedAt: new Date(Date.UTC(2026, 0, 1) + number).toISOString(),
    seconds: number,
    sources: [{ path: longPath(number), fileLength: 1 }],
    target: { path: longPath(number), format: "raw", virtualSize: 1, fileLength: 1 },
    options: {},
    compress: false,
    command: longPath(number),
    toolVersion: "1",
  };
}

process.stdout.write("begun\n");
for (let number = 0; ; number++) {
  const adding = receipts.add(receipt(number));
  await settings.addRecent([longPath(number)]);
  await adding;
}
