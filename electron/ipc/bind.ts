import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from "electron";
import { CALL_CHANNEL, EVENT_CHANNEL, type CallReply } from "../../shared/ipc/channels";
import type { Dispatch } from "./dispatch";

/** Lets the page of `origin` make the contract's calls. Whoever else asks is refused. */
export function bindCalls(dispatch: Dispatch, origin: string): void {
  ipcMain.handle(CALL_CHANNEL, (event, name: unknown, input: unknown): Promise<CallReply> => {
    if (isFrom(origin, event)) return dispatch(name, input);
    const failure = { code: "refused", message: "Only Lamina's own page may call." };
    return Promise.resolve({ ok: false, failure });
  });
}

/** Sends an event to the page; does nothing while there is none. */
export function sendTo(page: BrowserWindow): (name: string, payload: unknown) => void {
  return (name, payload) => {
    if (!page.isDestroyed()) page.webContents.send(EVENT_CHANNEL, name, payload);
  };
}

/** A custom scheme's origin reads "null" with Node's URL, so the frame's own word is taken. */
function isFrom(origin: string, event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.origin === origin;
}
