import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal } from "../../../electron/jobs/journal";
import type { Job } from "../../../shared/model/job";
import { tempFolder } from "../../helpers/temp-folder";

const id = "7d0f3a52-55a1-4a5e-9d1e-0f6f3c1b2a90";

function setUp() {
  const folder = tempFolder();
  const job: Job = {
    id,
    kind: "convert",
    source: "/vm/a.raw",
    target: join(folder, "a.qcow2"),
    format: "qcow2",
    state: "running",
    phase: "copying",
    done: 0,
    total: 0,
    command: "lamina convert",
  };
  const file = join(folder, "settings/jobs.json");
  return { folder, job, file, open: () => openJournal(file) };
}

describe("the journal of conversions", () => {
  it("tells of one that has not ended at the next start, until it is forgotten", async () => {
    const { folder, job, file, open } = setUp();
    const journal = open();
    journal.note({ ...job, state: "waiting" });
    journal.note(job);
    await journal.settled();
    expect(await journal.unfinished()).toEqual([]);

    const next = open();
    const partial = join(folder, `.a.qcow2.${id}x1.partial`);
    writeFileSync(partial, "half");
    writeFileSync(join(folder, ".a.qcow2.other.partial"), "another's");
    expect(await next.unfinished()).toEqual([
      {
        id,
        source: "/vm/a.raw",
        target: join(folder, "a.qcow2"),
        format: "qcow2",
        startedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        targetThere: false,
        partials: [{ path: partial, size: 4 }],
      },
    ]);
    await next.forget(id, true);
    expect(existsSync(partial)).toBe(false);
    expect(readFileSync(join(folder, ".a.qcow2.other.partial"), "utf8")).toBe("another's");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([]);
    expect(await open().unfinished()).toEqual([]);
  });

  it("keeps what was not told yet while others begin and end", async () => {
    const { job, open } = setUp();
    const first = open();
    first.note(job);
    await first.settled();
    const second = open();
    const other = { ...job, id: "7d0f3a52-55a1-4a5e-9d1e-0f6f3c1b2a91" };
    second.note(other);
    second.note({ ...other, state: "done" });
    await second.settled();
    expect((await open().unfinished()).map((each) => each.id)).toEqual([id]);
  });

  it("says what is at the target, and what was kept aside of it", async () => {
    const { folder, job, open } = setUp();
    const journal = open();
    journal.note(job);
    await journal.settled();
    writeFileSync(job.target, "");
    const old = join(folder, `.a.qcow2.${id}x1.old`);
    writeFileSync(old, "before");
    expect(await open().unfinished()).toMatchObject([
      { targetThere: true, partials: [], keptAside: old },
    ]);
    await open().forget(id, true);
    expect(existsSync(old)).toBe(true);
  });

  it("forgets what has ended, however it did", async () => {
    const { job, open } = setUp();
    for (const state of ["done", "failed", "cancelled"] as const) {
      const journal = open();
      journal.note(job);
      journal.note({ ...job, state });
      await journal.settled();
      expect(await open().unfinished()).toEqual([]);
    }
  });

  it.each([{ id: "../../etc" }, null, 7, []])(
    "with one damaged note (%j) loses that one only, and is written anew",
    async (damaged) => {
      const { job, file, open } = setUp();
      const journal = open();
      journal.note(job);
      await journal.settled();
      const [note] = JSON.parse(readFileSync(file, "utf8")) as unknown[];
      writeFileSync(file, JSON.stringify([damaged, note]));
      const next = open();
      expect((await next.unfinished()).map((each) => each.id)).toEqual([id]);
      await next.forget(id, false);
      expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([]);
    },
  );

  it("has what a killed write left half written beside it, and tells of the notes before", async () => {
    const { job, file, open } = setUp();
    const journal = open();
    journal.note(job);
    await journal.settled();
    writeFileSync(`${file}.new`, '[{"id": "7d0f');
    const next = open();
    expect((await next.unfinished()).map((each) => each.id)).toEqual([id]);
    await next.forget(id, false);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it.each(["", "[{", "{}"])("of which nothing can be read (%j) tells of nothing", async (text) => {
    const { job, file, open } = setUp();
    const journal = open();
    journal.note(job);
    await journal.settled();
    writeFileSync(file, text);
    expect(await open().unfinished()).toEqual([]);
  });
});
