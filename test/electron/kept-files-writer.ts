import { randomUUID } from "node:crypto";
import { openJournal } from "../../electron/jobs/journal";
import { openReceipts } from "../../electron/receipts";
import { openSettings } from "../../electron/settings";
import type { Job } from "../../shared/model/job";
import type { Receipt } from "../../shared/model/receipt";

// Run as a process of its own, which is killed: changes the settings, adds receipts and takes note of
// jobs in the folder it is given, and never ends by itself. It prints a line when it has begun.
const [, , folder = ""] = process.argv;
const settings = openSettings(folder);
const receipts = openReceipts(`${folder}/receipts`);
const journal = openJournal(`${folder}/jobs.json`);

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

const jobId = randomUUID();

function job(state: Job["state"]): Job {
  const target = longPath(0);
  const bytes = { done: 0, total: 0 };
  return {
    id: jobId,
    kind: "create",
    target,
    format: "raw",
    state,
    phase: "copying",
    ...bytes,
    command: "",
  };
}

process.stdout.write("begun\n");
for (let number = 0; ; number++) {
  const adding = receipts.add(receipt(number));
  journal.note(job(number % 2 === 0 ? "running" : "done"));
  await settings.addRecent([longPath(number)]);
  await adding;
  await journal.settled();
}
