import type { TFunction } from "i18next";
import { Lock, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ImageUser } from "../../../shared/model/in-use";
import { isHeldBy } from "../../../shared/model/in-use-marks";
import { Note } from "../../ui/note";
import styles from "./in-use-banner.module.css";

/** Who has the image open, and what that means for what is shown; nothing when nobody has. */
export function InUseBanner({ users = [] }: { users?: readonly ImageUser[] }) {
  const { t } = useTranslation();
  if (users.length === 0) return null;
  const isHeld = users.some(isHeldBy);
  const isWritten = users.some(({ writes }) => writes);
  const Icon = isWritten ? TriangleAlert : Lock;
  return (
    <div className={styles.banner}>
      <Note tone={isWritten ? "warn" : "info"} testId="in-use">
        <div className={styles.line}>
          <Icon size={16} aria-hidden />
          <div>
            {users.map((user) => (
              <div key={`${user.sign} ${user.path ?? user.process?.id} ${user.file}`}>
                {ofFile(user, t)}
              </div>
            ))}
            {isHeld && <div>{t("image.inUse.shown")}</div>}
          </div>
        </div>
      </Note>
    </div>
  );
}

/** What is said of the image, or of the backing file that it is about. */
function ofFile(user: ImageUser, t: TFunction): string {
  const said = sentenceOf(user, t);
  return user.file === undefined ? said : t("image.inUse.base", { file: user.file, said });
}

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
