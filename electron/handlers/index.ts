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
import { mapHandlers } from "./map";
import { measureHandlers } from "./measure";
import type { Openings } from "./openings";
import { preflightHandlers } from "./preflight";
import { receiptHandlers } from "./receipts";
import { settingsHandlers } from "./settings";
import { snapshotHandlers } from "./snapshots";

/** What the handlers work with. What needs Electron is handed in as functions. */
export interface HandlerParts {
  /** What this is, and what it is made of. */
  about(): Promise<CallOutput<"app.about">>;
  readonly formats: readonly FormatModel[];
  readonly opened: OpenedFiles;
  readonly settings: SettingsStore;
  readonly receipts: ReceiptStore;
  readonly inspector: Inspector;
  readonly measurer: Measurer;
  /** Works beside the other, for the convert dialog. */
  readonly targetMeasurer: Measurer;
  readonly tasks: TaskRunner;
  readonly grants: Grants;
  readonly openings: Openings;
  readonly queue: JobQueue;
  readonly dialogs: Dialogs;
  /** The page shows what it was asked to show. */
  settled(): void;
  showInFolder(path: string): void;
  /** Puts text on the clipboard. */
  copyText(text: string): Promise<void>;
}

/** One handler for every call of the contract. */
export function createHandlers(parts: HandlerParts): Handlers {
  const changes = createChanges(parts.queue, parts.inspector, parts.grants);
  return {
    ...appHandlers(
      () => parts.about(),
      parts.opened,
      () => parts.settled(),
      (text) => parts.copyText(text),
    ),
    ...imageHandlers(parts.inspector, parts.measurer, parts, (path) => parts.showInFolder(path)),
    ...measureHandlers(parts.targetMeasurer, parts),
    "formats.list": () => [...parts.formats],
    ...dialogHandlers(parts.dialogs),
    ...convertHandlers(parts.formats, parts.queue, parts.grants, {
      inspector: parts.inspector,
      openings: parts.openings,
      platform: process.platform,
    }),
    ...preflightHandlers(parts.inspector, parts.grants, parts.openings),
    ...snapshotHandlers(parts.tasks, changes),
    ...healthHandlers(parts.tasks, changes),
    ...chainHandlers(parts.tasks, changes, parts.grants),
    ...mapHandlers(parts.tasks, parts),
    ...jobHandlers(parts.queue),
    ...receiptHandlers(parts.receipts),
    ...settingsHandlers(parts.settings),
  };
}
