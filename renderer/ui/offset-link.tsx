import { useTranslation } from "react-i18next";
import { formatBytes, formatOffset } from "../text/format";
import { TextButton } from "./text-button";

interface OffsetLinkProps {
  /** A byte of the file, or of the disk. */
  at: number;
  onClick: () => void;
}

/** An offset that leads to the bytes there. */
export function OffsetLink({ at, onClick }: OffsetLinkProps) {
  const { t } = useTranslation();
  const offset = formatOffset(at);
  return (
    <TextButton title={formatBytes(at)} aria-label={t("bytes.lead", { offset })} onClick={onClick}>
      {offset}
    </TextButton>
  );
}
