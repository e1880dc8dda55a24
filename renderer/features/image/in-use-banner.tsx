import { Lock, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ImageUser } from "../../../shared/model/in-use";
import { isHeldBy } from "../../../shared/model/in-use-marks";
import { userText } from "../../text/user-text";
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
                {userText(user, t)}
              </div>
            ))}
            {isHeld && <div>{t("image.inUse.shown")}</div>}
            {isHeld && isWritten && <div>{t("image.inUse.overlay")}</div>}
          </div>
        </div>
      </Note>
    </div>
  );
}
