import { Button } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useCopied } from "./use-copied";

export interface CopyButtonProps {
  text: string;
  /** What is copied, for those who do not see it. */
  label: string;
  /** Puts it on the clipboard, and calls `done` when it is there. */
  copy: (text: string, done: () => void) => void;
}

/** Puts text on the clipboard, and shows that it did. */
export function CopyButton({ text, label, copy }: CopyButtonProps) {
  const { t } = useTranslation();
  const [copied, done] = useCopied();
  const Icon = copied ? Check : Copy;
  return (
    <Button
      variant="default"
      size="compact-xs"
      aria-label={copied ? t("copy.doneOf", { label }) : t("copy.of", { label })}
      leftSection={<Icon size={12} aria-hidden />}
      onClick={() => copy(text, done)}
    >
      <span aria-live="polite">{t(copied ? "copy.done" : "copy.do")}</span>
    </Button>
  );
}
