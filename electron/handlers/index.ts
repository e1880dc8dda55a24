import type { CallOutput } from "../../shared/ipc/contract";
import type { FormatModel } from "../../shared/model/format";
import type { EmitEvent } from "../ipc/dispatch";
import type { Handlers } from "./table";
import type { Journal } from "../jobs/journal";
import type { JobQueue } from "../jobs/queue";
import type { Library } from "../library";
import type { OpenedFiles } from "./opened-files";
import type { ReceiptStore } from "../receipts";
import type { SettingsStore } from "../settings";
import type { Inspector } from "../workers/start-inspector";
import type { Measurer } from "../workers/start-measurer";
import type { TaskRunner } from "../workers/start-image-task";
import { appHandlers } from "./app";
import { bytesHandlers } from "./bytes";
import { chainHandlers } from "./chain";
import type { Changes } from "./changes";
import { convertHandlers } from "./convert";
import { newImageHandlers } from "./create";
import { keepDeclared } from "./declared";
import { dialogHandlers, type Dialogs } from "./dialogs";
import { domainHandlers } from "./domains";
import type { Grants } from "./grants";
import { healthHandlers } from "./health";
import { imageHandlers } from "./image";
import { imageChangeHandlers } from "./image-changes";
import { jobHandlers } from "./jobs";
import { libraryHandlers } from "./library";
import { mapHandlers } from "./map";
import { measureHandlers } from "./measure";
import type { Openings } from "./openings";
import { originalHandlers } from "./originals";
import { preflightHandlers } from "./preflight";
import { receiptHandlers } from "./receipts";
import { sampleHandlers, type SampleParts } from "./samples";
import { settingsHandlers } from "./settings";
import { snapshotHandlers } from "./snapshots";
import { speedHandlers } from "./speed";
import { trustHandlers } from "./trust";

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
  readonly changes: Changes;
  readonly journal: Journal;
  readonly library: Library;
  readonly dialogs: Dialogs;
  readonly samples: SampleParts;
  /** Sends an event to the page. */
  readonly emit: EmitEvent;
  /** The page is about to show something. */
  ready(): void;
  /** The page shows what it was asked to show. */
  settled(): void;
  showInFolder(path: string): void;
  /** Moves a file to the desktop's trash. Rejects where there is none. */
  trash(path: string): Promise<void>;
  /** Lets the desktop drag a file out of the window. */
  startDrag(path: string): void;
  /** Puts text on the clipboard. */
  copyText(text: string): Promise<void>;
}

/** One handler for every call of the contract. */
export function createHandlers(given: HandlerParts): Handlers {
  const parts = { ...given, tasks: keepDeclared(given.tasks, given.openings) };
  const { changes } = parts;
  return {
    ...appHandlers(
      () => parts.about(),
      parts.opened,
      () => parts.ready(),
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
    ...newImageHandlers(parts),
    ...preflightHandlers(parts.inspector, parts.grants, parts.openings),
    ...snapshotHandlers(parts.tasks, changes),
    ...healthHandlers(parts.tasks, changes),
    ...chainHandlers(parts, changes),
    ...imageChangeHandlers(parts),
    ...bytesHandlers(parts.tasks, parts),
    ...speedHandlers(parts.tasks, parts),
    ...jobHandlers(parts.queue, parts.journal, (path) => parts.startDrag(path)),
    ...libraryHandlers(parts.library, parts.dialogs),
    ...mapHandlers(parts.tasks, parts),
    ...receiptHandlers(parts.receipts),
    ...originalHandlers(parts),
    ...domainHandlers(parts.tasks),
    ...sampleHandlers(parts.tasks, parts.samples, parts.emit),
    ...settingsHandlers(parts.settings, parts),
    ...trustHandlers(parts.grants, parts.settings),
  };
}
