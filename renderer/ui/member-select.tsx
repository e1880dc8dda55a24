import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface MemberSelectProps {
  /** The disks of the archive, by their names in there. */
  members: readonly string[];
  chosen: string | undefined;
  choose: (member: string) => void;
}

/** Chooses one of the disks of an archive. */
export function MemberSelect({ members, chosen, choose }: MemberSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      label={t("member.label")}
      labelProps={{ mb: 6 }}
      placeholder={t("member.choose", { count: members.length })}
      data={[...members]}
      value={chosen ?? null}
      allowDeselect={false}
      maw={420}
      onChange={(member) => {
        if (member !== null) choose(member);
      }}
    />
  );
}
