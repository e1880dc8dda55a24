import { basename, dirname, join } from "node:path";
import type { SettingsStore } from "../settings";
import type { Inspector } from "../workers/start-inspector";
import type { TaskRunner } from "../workers/start-image-task";
import type { Changes } from "./changes";
import type { Grants } from "./grants";
import type { Openings } from "./openings";
import type { Handlers } from "./table";
import { exists, isSameFile } from "./target";

interface ChainParts {
  readonly tasks: Pick<TaskRunner, "run">;
  readonly inspector: Pick<Inspector, "inspect">;
  readonly grants: Pick<Grants, "list" | "note" | "allow">;
  readonly openings: Pick<Openings, "of">;
  readonly settings: Pick<SettingsStore, "get">;
}

type ChainCall = `chain.${"strips" | "dependents" | "createOverlay" | "pointTo" | "findMoved"}`;

/** What is done to a chain of backing files. */
export function chainHandlers(
  { tasks: { run }, inspector, grants, openings, settings }: ChainParts,
  changes: Changes,
): Pick<Handlers, ChainCall> {
  const requestOf = (path: string) => {
    const { passphrase } = openings.of(path);
    return { path, grants: grants.list(), ...(passphrase !== undefined && { passphrase }) };
  };

  return {
    "chain.strips": ({ path }) => run("chain.strips", requestOf(path)),
    "chain.dependents": ({ path }) => run("chain.dependents", requestOf(path)),
    "chain.createOverlay": async (input) => {
      await run("chain.createOverlay", input);
      await allowChosen({ inspector, grants }, input.target, input.base);
    },
    "chain.pointTo": async (input) => {
      await changes.make(input.path, () => run("chain.pointTo", input));
      await allowChosen({ inspector, grants }, input.path, input.base);
    },
    "chain.findMoved": async ({ from, name }) => {
      const folders = [from, ...settings.get().recent].map((path) => dirname(path));
      const places = new Set(folders.map((folder) => join(folder, basename(name))));
      const found: string[] = [];
      for (const path of places)
        if (!(await isSameFile(path, from)) && (await exists(path))) found.push(path);
      return { paths: found };
    },
  };
}

/** A base outside the image's folder may be opened when it is the user who has just chosen it. */
export async function allowChosen(
  { inspector, grants }: Pick<ChainParts, "inspector" | "grants">,
  path: string,
  base: string,
): Promise<void> {
  const report = await inspector.inspect({ path, grants: grants.list() });
  const { broken } = report;
  if (broken?.failure.code !== "refused" || broken.path === undefined) return;
  if (broken.from !== path || !(await isSameFile(broken.path, base))) return;
  grants.note(report);
  grants.allow(broken.from, broken.name);
}
