import type { TFunction } from "i18next";
import type { ImageUser } from "../../shared/model/in-use";

/** Who has an image open, or the file below it that they have open. */
export function userText(user: ImageUser, t: TFunction): string {
  const said = sentenceOf(user, t);
  return user.file === undefined ? said : t("image.inUse.base", { file: user.file, said });
}

/** Why something cannot be done as long as somebody holds the image. */
export const heldText = (holder: ImageUser, t: TFunction): string =>
  t("image.inUse.held", { said: userText(holder, t) });

function sentenceOf({ sign, writes, process, path }: ImageUser, t: TFunction): string {
  if (sign === "saved-state" && path !== undefined)
    return t("image.inUse.saved-state-in", { path });
  if (sign !== "lock" && sign !== "open" && sign !== "share")
    return t(`image.inUse.${sign}`, { path });
  if (process === undefined) return t("image.inUse.unknown");
  const { id, name, machine } = process;
  if (machine !== undefined) return t("image.inUse.machine", { machine, name, id });
  return t(writes ? "image.inUse.writer" : "image.inUse.reader", { name, id });
}
