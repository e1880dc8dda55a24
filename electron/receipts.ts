import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { receiptSchema, type Receipt } from "../shared/model/receipt";
import { writeKeptFile } from "./kept-file";

/** Receipts that are kept; the oldest go first. */
const MOST = 500;

/** The receipts of this user, one file each. */
export interface ReceiptStore {
  /** Resolves when it is on disk. Rejects when it cannot be written. */
  add(receipt: Receipt): Promise<void>;
  /** The newest first; files that are no receipts are passed over. */
  list(): Promise<Receipt[]>;
  /** Removes one; does nothing when there is none of that id. */
  remove(id: string): Promise<void>;
}

/** Opens the receipts in `folder`, which is made when the first is added. */
export function openReceipts(folder: string): ReceiptStore {
  /** Names in the order of time: they begin with it. */
  async function names(): Promise<string[]> {
    const found = await readdir(folder).catch(() => []);
    return found.filter((name) => name.endsWith(".json")).toSorted();
  }

  let swept: Promise<void> | undefined;
  /** Removes what a Lamina that was killed while it wrote has left; before anything is written. */
  async function sweep(): Promise<void> {
    const found = await readdir(folder).catch(() => []);
    for (const name of found.filter((each) => each.endsWith(".json.new")))
      await rm(join(folder, name), { force: true });
  }

  async function read(name: string): Promise<Receipt | undefined> {
    try {
      const text = await readFile(join(folder, name), "utf8");
      return receiptSchema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  return {
    add: async (receipt) => {
      await (swept ??= sweep());
      await writeKeptFile(join(folder, nameOf(receipt)), receipt);
      const all = await names();
      for (const name of all.slice(0, Math.max(0, all.length - MOST)))
        await rm(join(folder, name), { force: true });
    },
    list: async () => {
      const all = await Promise.all((await names()).map(read));
      return all.filter((receipt) => receipt !== undefined).toReversed();
    },
    remove: async (id) => {
      for (const name of await names())
        if (name.endsWith(`.${id}.json`)) await rm(join(folder, name), { force: true });
    },
  };
}

/** Windows has no colons in names. */
function nameOf({ startedAt, id }: Receipt): string {
  return `${startedAt.replaceAll(":", "-")}.${id}.json`;
}
