import type { CallOutput } from "../../shared/ipc/contract";
import type { FormatModel } from "../../shared/model/format";
import type { Handlers } from "./table";
import type { JobQueue } from "../jobs/queue";
import type { OpenedFiles } from "./opened-files";
import type { ReceiptStore } from "../receipts";
import type { SettingsStore } from "../settings";
import type { Inspector } from "../workers/start-inspector";
import type { Measurer } from "../workers/start-measurer";
import type { TaskRunner } from "../workers/start-image-task";
import { appHandlers } from "./app";
import { chainHandlers } from "./chain";
import { createChanges } from "./changes";
import { convertHandlers } from "./convert";
import { dialogHandlers, type Dialogs } from "./dialogs";
import type { Grants } from "./grants";
import { healthHandlers } from "./health";
import { imageHandlers } from "./image";
import { jobHandlers } from "./jobs";
import { preflightHandlers } from "./preflight";
import { receiptHandlers } from "./receipts";
import { settingsHandlers } from "./settings";
import { snapshotHandlers } from "./snapshots";

/** What the handlers work with. What needs Electron is handed in as functions. */
export interface HandlerParts {
  readonly about: CallOutput<"app.about">;
  readonly formats: readonly FormatModel[];
  readonly opened: OpenedFiles;
  readonly settings: SettingsStore;
  readonly receipts: ReceiptStore;
  readonly inspector: Inspector;
  readonly measurer: Measurer;
  readonly tasks: TaskRunner;
  readonly grants: Grants;
  readonly queue: JobQueue;
  readonly dialogs: Dialogs;
  /** The page shows what it was asked to show. */
  settled(): void;
  showInFolder(path: string): void;
}

/** One handler for every call of the contract. */
export function createHandlers(parts: HandlerParts): Handlers {
  const changes = createChanges(parts.queue, parts.inspector, parts.grants);
  return {
    ...appHandlers(parts.about, parts.opened, () => parts.settled()),
    ...imageHandlers(parts.inspector, parts.measurer, parts.grants, (path) =>
      parts.showInFolder(path),
    ),
    "formats.list": () => [...parts.formats],
    ...dialogHandlers(parts.dialogs),
    ...convertHandlers(parts.formats, parts.queue, parts.grants, {
      inspector: parts.inspector,
      platform: process.platform,
    }),
    ...preflightHandlers(parts.inspector, parts.grants),
    ...snapshotHandlers(parts.tasks, changes),
    ...healthHandlers(parts.tasks, changes),
    ...chainHandlers(parts.tasks, changes, parts.grants),
    ...jobHandlers(parts.queue),
    ...receiptHandlers(parts.receipts),
    ...settingsHandlers(parts.settings),
  };
}
