import { Archive } from "lucide-react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { unlock } from "../../state/unlock";
import { MemberSelect } from "../../ui/member-select";
import styles from "./failure.module.css";

/** The page of an archive with several disks: asks which of them to look into. */
export function MemberPage({ path }: { path: string }) {
  const { t } = useTranslation();
  const members = useImages((images) => images.members[path]);
  return (
    <section className={styles.failure} data-testid="choose-member">
      <div className={styles.archive}>
        <Archive size={26} aria-hidden />
      </div>
      <h1>{t("member.title")}</h1>
      <p className={styles.message}>{t("member.text", { name: nameOf(path) })}</p>
      <MemberSelect
        members={members ?? []}
        chosen={undefined}
        choose={(member) => void unlock(path, { member })}
      />
    </section>
  );
}
