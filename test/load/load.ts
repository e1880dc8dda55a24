import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { createQueue, type JobQueue } from "../../electron/jobs/queue";
import { receiptOf } from "../../electron/jobs/receipt";
import { openReceipts } from "../../electron/receipts";
import { createInspector } from "../../electron/workers/start-inspector";
import { startJob } from "../../electron/workers/start-job";
import { createMeasurer } from "../../electron/workers/start-measurer";
import { buildWorker } from "../engine/ops/copier-bundle";
import type { Random } from "../helpers/seed";
import { makeDisks, writableKinds } from "./disks";
import { countThreads } from "./samples";

/** The threads' scripts, built. */
export interface LoadScripts {
  readonly job: string;
  readonly copier: string;
  readonly inspector: string;
  readonly measurer: string;
}

/** Builds them in a folder of node_modules/.cache that is called `place`. */
export async function buildScripts(place: string): Promise<LoadScripts> {
  const job = await buildWorker("job", place);
  const copier = await buildWorker("copier", place);
  const inspector = await buildWorker("inspector", place);
  const measurer = await buildWorker("measurer", place);
  return { job, copier, inspector, measurer };
}

/** What a round came to. */
export interface Round {
  readonly done: number;
  readonly cancelled: number;
  /** Images that were opened. */
  readonly opened: number;
}

/** What the app does, without its window. */
export interface Load {
  /**
   * Converts `jobs` images, opens and measures others meanwhile, pauses and cancels at random, and
   * clears the list. @throws Error when a job fails, or something else than the new images is left.
   */
  round(jobs: number): Promise<Round>;
  /**
   * Begins a round and quits amid it, as closing the window does.
   * @throws Error when a thread or half an image is left.
   */
  quit(jobs: number): Promise<void>;
}

/** For an opening, in ms: amid twenty jobs on a busy machine the thread may hardly get to run. */
const patience = 600_000;

const sleep = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

/** @param folder Empty; the images and receipts go there. @param size Bytes of a disk. */
export function createLoad(
  scripts: LoadScripts,
  folder: string,
  random: Random,
  size: number,
): Load {
  const images = makeDisks(join(folder, "sources"), random, size);
  const targets = join(folder, "targets");
  mkdirSync(targets);
  const kinds = writableKinds();
  const before = countThreads();
  const inspector = createInspector(scripts.inspector, patience);
  const measurer = createMeasurer(scripts.measurer, { progress: () => undefined });
  const receipts = openReceipts(join(folder, "receipts"));
  const queue = createQueue({
    start: (request) => startJob(scripts, request, []),
    keepReceipt: (finished) => receipts.add(receiptOf(finished, "0")).then(() => finished.id),
    changed: () => undefined,
    removed: () => undefined,
  });

  function add(jobs: number): void {
    for (let number = 0; number < jobs; number++) {
      const { format, compress, extension } = random.pick(kinds);
      const target = join(targets, `${number}.${extension}`);
      const source = random.pick(images);
      const verify = random.chance(0.5);
      queue.add({ source, target, format, options: {}, compress, replace: false, verify }, "");
    }
  }

  /** Opens one image over and over for as long as there is work. */
  async function keepOpening(path: string): Promise<number> {
    let opened = 0;
    for (; queue.busy(); opened++) {
      const { layers } = await inspector.inspect({ path, grants: [] });
      if (layers.length !== 1) throw new Error(`${path} was opened as ${layers.length} images.`);
    }
    return opened;
  }

  /** Measures images for as long as there is work; one in two is given up for another. */
  async function keepMeasuring(): Promise<void> {
    while (queue.busy()) {
      const measure = () =>
        measurer.measure({ request: { path: random.pick(images), grants: [] } });
      const given = measure().catch(() => undefined);
      if (random.chance(0.5)) await sleep(random.between(1, 30));
      else await given;
      if (random.chance(0.5)) measurer.stop();
      await sleep(1);
    }
    measurer.stop();
  }

  async function meddle(): Promise<void> {
    while (queue.busy()) {
      const { id } = random.pick(queue.list());
      const [act] = random.shuffled([queue.pause, queue.pause, queue.resume, queue.cancel]);
      if (random.chance(0.3)) act?.(id);
      await sleep(random.between(1, 25));
      // Nobody may be left in a pause for good.
      if (random.chance(0.5)) for (const job of queue.list()) queue.resume(job.id);
    }
  }

  return {
    async round(jobs) {
      add(jobs);
      const openings = images.map(keepOpening);
      const [opened] = await Promise.all([Promise.all(openings), keepMeasuring(), meddle()]);
      const counts = settle(queue, targets);
      await threadsDownTo(before + 1);
      return { ...counts, opened: opened.reduce((sum, one) => sum + one, 0) };
    },
    async quit(jobs) {
      add(jobs);
      const opening = Promise.allSettled(images.map(keepOpening));
      const measuring = measurer
        .measure({ request: { path: images[0]!, grants: [] } })
        .catch(() => undefined);
      while (queue.list().every(({ done }) => done === 0)) await sleep(1);
      queue.pause(queue.list().find(({ state }) => state === "running")?.id ?? "");
      await queue.cancelAll();
      inspector.close();
      measurer.stop();
      await Promise.all([opening, measuring]);
      settle(queue, targets);
      await threadsDownTo(before);
    },
  };
}

/** Holds the folder against the list, and empties both. @throws Error when they differ. */
function settle(queue: JobQueue, targets: string): Omit<Round, "opened"> {
  const jobs = queue.list();
  for (const { state, failure, source, target } of jobs) {
    if (state === "done" || state === "cancelled") continue;
    throw new Error(`${source} to ${target}: ${state} ${failure?.message ?? ""}`);
  }
  const done = jobs.filter(({ state }) => state === "done");
  const expected = done.map(({ target }) => basename(target)).toSorted();
  const found = readdirSync(targets).toSorted();
  if (found.join() !== expected.join())
    throw new Error(`Left: ${found.join()}, not ${expected.join()}`);
  for (const { id, target } of jobs) {
    rmSync(target, { force: true });
    queue.dismiss(id);
  }
  return { done: done.length, cancelled: jobs.length - done.length };
}

/** A thread that has answered takes a moment to go. @throws Error when more stay. */
async function threadsDownTo(most: number): Promise<void> {
  for (let waited = 0; countThreads() > most; waited++) {
    if (waited === 200) throw new Error(`${countThreads()} threads are left, not ${most}.`);
    await sleep(25);
  }
}
