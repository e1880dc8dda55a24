import * as qcow2 from "../../formats/qcow2/change/bitmaps";
import { openFile } from "../../io/file";
import { openForChange } from "./open-for-change";

/** Adds a bitmap in which nothing is marked. @throws ImageError as qcow2's `addBitmap`. */
export const addBitmap = (path: string, bitmap: qcow2.NewBitmap): void =>
  openForChange(path, (file) => qcow2.addBitmap(file, bitmap));

/** Removes a bitmap. @throws ImageError as qcow2's `removeBitmap`. */
export const removeBitmap = (path: string, name: string): void =>
  openForChange(path, (file) => qcow2.removeBitmap(file, name));

/** Takes every mark of a bitmap away. @throws ImageError as qcow2's `clearBitmap`. */
export const clearBitmap = (path: string, name: string): void =>
  openForChange(path, (file) => qcow2.clearBitmap(file, name));

/** Lets a bitmap record writes, or no longer. @throws ImageError as qcow2's `enableBitmap`. */
export const enableBitmap = (path: string, name: string, enabled: boolean): void =>
  openForChange(path, (file) => qcow2.enableBitmap(file, name, enabled));

/**
 * Marks in a bitmap all that another one marks.
 * @param source The other bitmap, and the image that holds it; the same image when absent.
 * @throws ImageError as qcow2's `mergeBitmap`.
 */
export function mergeBitmap(
  path: string,
  name: string,
  source: { readonly path?: string; readonly name: string },
): void {
  openForChange(path, (file) => {
    const other = source.path === undefined ? undefined : openFile(source.path);
    try {
      qcow2.mergeBitmap(file, name, { file: other ?? file, name: source.name });
    } finally {
      other?.close();
    }
  });
}
