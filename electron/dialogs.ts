import { dialog, type BaseWindow } from "electron";
import { wrappingExtensions } from "./engine";
import type { Dialogs } from "./handlers/dialogs";
import type { MainTexts } from "./main-texts";
import type { FormatModel } from "../shared/model/format";

/** The desktop's own file dialogs, over the window that `owner` answers, in the language of `texts`. */
export function createDialogs(
  formats: readonly FormatModel[],
  owner: () => BaseWindow | undefined,
  texts: () => MainTexts,
): Dialogs {
  const images = [...formats.flatMap(({ extensions }) => extensions), ...wrappingExtensions];
  const anything = () => ({ name: texts().dialogs.allFiles, extensions: ["*"] });

  return {
    openImages: async () => {
      const options: Electron.OpenDialogOptions = {
        title: texts().dialogs.openTitle,
        properties: ["openFile", "multiSelections"],
        filters: [{ name: texts().dialogs.diskImages, extensions: images }, anything()],
      };
      const window = owner();
      const answer = await (window
        ? dialog.showOpenDialog(window, options)
        : dialog.showOpenDialog(options));
      return answer.canceled ? [] : answer.filePaths;
    },
    chooseFolder: async (purpose) => {
      const options: Electron.OpenDialogOptions = {
        title: texts().dialogs.folder[purpose],
        properties: ["openDirectory", "createDirectory"],
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
        title: texts().dialogs.saveTitle,
        defaultPath: suggested,
        filters: [
          ...(model ? [{ name: model.label, extensions: [...model.extensions] }] : []),
          anything(),
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

/** Asks whether to give up what runs, and says what becomes of it. @returns true for yes */
export async function askToGiveUp(
  window: BaseWindow,
  { quit }: MainTexts,
  { converting, changing }: { readonly converting: boolean; readonly changing: boolean },
): Promise<boolean> {
  const { message, yes } = converting ? (changing ? quit.both : quit.conversion) : quit.change;
  const details = [converting && quit.conversion.detail, changing && quit.change.detail];
  const { response } = await dialog.showMessageBox(window, {
    type: "warning",
    message,
    detail: details.filter((detail) => detail !== false).join("\n\n"),
    buttons: [quit.keepRunning, yes],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}
