import { contextBridge, ipcRenderer, webUtils } from "electron";
import {
  CALL_CHANNEL,
  EVENT_CHANNEL,
  type CallReply,
  type LaminaBridge,
} from "../shared/ipc/channels";

type PageFile = Parameters<typeof webUtils.getPathForFile>[0];

type Listener = Parameters<LaminaBridge<PageFile>["on"]>[0];

/** One ear for all: Node takes many on one channel for a leak. */
const listeners = new Set<Listener>();
// The event object stays here: it carries the sender.
ipcRenderer.on(EVENT_CHANNEL, (_event: unknown, name: string, payload: unknown) => {
  for (const listener of listeners) listener(name, payload);
});

const bridge: LaminaBridge<PageFile> = {
  call: (name, input) => ipcRenderer.invoke(CALL_CHANNEL, name, input) as Promise<CallReply>,
  on: (listener) => {
    // A function of its own for each: the same may listen twice.
    const heard: Listener = (name, payload) => listener(name, payload);
    listeners.add(heard);
    return () => {
      listeners.delete(heard);
    };
  },
  pathOf: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld("lamina", bridge);
