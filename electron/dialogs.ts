import { dialog, type BaseWindow } from "electron";
import { wrappingExtensions } from "./engine";
import type { Dialogs } from "./handlers/dialogs";
import type { FormatModel } from "../shared/model/format";

/** The desktop's own file dialogs, over the window that `owner` answers. */
export function createDialogs(
  formats: readonly FormatModel[],
  owner: () => BaseWindow | undefined,
): Dialogs {
  const images = [...formats.flatMap(({ extensions }) => extensions), ...wrappingExtensions];
  const anything = { name: "All files", extensions: ["*"] };

  return {
    openImages: async () => {
      const options: Electron.OpenDialogOptions = {
        title: "Open disk images",
        properties: ["openFile", "multiSelections"],
        filters: [{ name: "Disk images", extensions: images }, anything],
      };
      const window = owner();
      const answer = await (window
        ? dialog.showOpenDialog(window, options)
        : dialog.showOpenDialog(options));
      return answer.canceled ? [] : answer.filePaths;
    },
    chooseFolder: async () => {
      const options: Electron.OpenDialogOptions = {
        title: "Watch a folder",
        properties: ["openDirectory"],
      };
      const window = owner();
      const answer = await (window
        ? dialog.showOpenDialog(window, options)
        : dialog.showOpenDialog(options));
      return answer.canceled ? undefined : answer.filePaths[0];
    },
    saveImage: async (suggested, format) => {
      const model = formats.find(({ id }) => id === format);
      const options: Electron.SaveDialogOptions = {
        title: "Choose a place for the new image",
        defaultPath: suggested,
        filters: [
          ...(model ? [{ name: model.label, extensions: [...model.extensions] }] : []),
          anything,
        ],
      };
      const window = owner();
      const answer = await (window
        ? dialog.showSaveDialog(window, options)
        : dialog.showSaveDialog(options));
      return answer.canceled || answer.filePath === "" ? undefined : answer.filePath;
    },
  };
}

/** Asks whether to give up what runs. @returns true for yes */
export async function askToGiveUp(window: BaseWindow): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: "warning",
    message: "A conversion is still running.",
    detail: "Quitting cancels it; the unfinished image is removed.",
    buttons: ["Keep running", "Cancel it and quit"],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}
