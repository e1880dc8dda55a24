import { readFileSync } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { removePartials } from "../engine";
import { writeKeptFile } from "../kept-file";
import type { Job } from "../../shared/model/job";
import { unfinishedJobSchema, type UnfinishedJob } from "../../shared/model/unfinished-job";

const noteSchema = unfinishedJobSchema.pick({
  id: true,
  source: true,
  target: true,
  format: true,
  startedAt: true,
});
type Note = z.infer<typeof noteSchema>;

/** Knows which conversions have not ended, also when Lamina does not live to see their end. */
export interface Journal {
  /** Takes note of how a job stands; cheap while nothing begins or ends. */
  note(job: Job): void;
  /** Those of earlier starts that nobody has been told of, with what they have left. */
  unfinished(): Promise<UnfinishedJob[]>;
  /**
   * Forgets one of them. @param remove whether its partial files are removed first
   * @throws ImageError when they cannot be; it is not forgotten then.
   */
  forget(id: string, remove: boolean): Promise<void>;
  /** Resolves when nothing is left to write; never rejects. */
  settled(): Promise<void>;
}

const ENDED: ReadonlySet<Job["state"]> = new Set(["done", "failed", "cancelled"]);

/** Opens the journal at `file`: one that is missing tells of nothing, and neither does a note that is damaged. */
export function openJournal(file: string): Journal {
  const left = new Map(readNotes(file).map((note) => [note.id, note]));
  const running = new Map<string, Note>();
  let written: Promise<void> = Promise.resolve();

  function write(): Promise<void> {
    const notes = [...left.values(), ...running.values()];
    written = written.catch(() => {}).then(() => writeKeptFile(file, notes));
    return written;
  }

  // A journal that cannot be written keeps no conversion from running.
  const keep = (): void => void write().catch(() => {});

  return {
    note: ({ id, source, target, format, state }) => {
      if (ENDED.has(state)) {
        if (running.delete(id)) keep();
      } else if (!running.has(id)) {
        const what = { id, target, format, ...(source !== undefined && { source }) };
        running.set(id, { ...what, startedAt: new Date().toISOString() });
        keep();
      }
    },
    unfinished: () => Promise.all([...left.values()].map(withRemains)),
    forget: async (id, remove) => {
      const note = left.get(id);
      if (note === undefined) return;
      if (remove && (await partialsOf(note)).partials.length > 0) removePartials(note.target, id);
      left.delete(id);
      await write();
    },
    settled: () => written.catch(() => {}),
  };
}

async function withRemains(note: Note): Promise<UnfinishedJob> {
  const targetThere = await lstat(note.target).then(
    () => true,
    () => false,
  );
  return { ...note, targetThere, ...(await partialsOf(note)) };
}

/** What lies beside the target under a name that has the job's id in it. */
async function partialsOf({
  id,
  target,
}: Note): Promise<Pick<UnfinishedJob, "partials" | "keptAside">> {
  const folder = dirname(await realpath(target).catch(() => target));
  const names = await readdir(folder).catch(() => []);
  const own = names.filter((name) => name.startsWith(".") && name.includes(`.${id}`));
  const partials = await Promise.all(
    own
      .filter((name) => name.endsWith(".partial"))
      .map(async (name) => {
        const path = join(folder, name);
        const size = await lstat(path).then(
          (found) => found.size,
          () => 0,
        );
        return { path, size };
      }),
  );
  const old = own.find((name) => name.endsWith(".old"));
  return { partials, ...(old !== undefined && { keptAside: join(folder, old) }) };
}

/** Each note stands for itself: one that is damaged costs no other. */
function readNotes(file: string): Note[] {
  try {
    return z
      .array(z.unknown())
      .parse(JSON.parse(readFileSync(file, "utf8")))
      .flatMap((each) => noteSchema.safeParse(each).data ?? []);
  } catch {
    return [];
  }
}
