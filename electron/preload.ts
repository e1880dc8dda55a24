import { contextBridge, ipcRenderer, webUtils } from "electron";
import {
  CALL_CHANNEL,
  EVENT_CHANNEL,
  type CallReply,
  type LaminaBridge,
} from "../shared/ipc/channels";

type PageFile = Parameters<typeof webUtils.getPathForFile>[0];

const bridge: LaminaBridge<PageFile> = {
  call: (name, input) => ipcRenderer.invoke(CALL_CHANNEL, name, input) as Promise<CallReply>,
  on: (listener) => {
    // The event object stays here: it carries the sender.
    const hear = (_event: unknown, name: string, payload: unknown): void => listener(name, payload);
    ipcRenderer.on(EVENT_CHANNEL, hear);
    return () => {
      ipcRenderer.off(EVENT_CHANNEL, hear);
    };
  },
  pathOf: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld("lamina", bridge);
