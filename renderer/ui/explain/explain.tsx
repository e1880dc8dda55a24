import { Popover, UnstyledButton } from "@mantine/core";
import { CircleQuestionMark } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyOnWrite } from "./copy-on-write";
import styles from "./explain.module.css";
import { RichText } from "../rich-text";
import { ThickTable } from "./thick-table";

/** What there is a short note about. */
export type Topic = "thin" | "sizes" | "container" | "empty" | "thick" | "overlays" | "copyOnWrite";

/** A question that opens a short note, where people get confused. */
export function Explain({ topic }: { topic: Topic }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const title = t(`learn.${topic}.title`);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width={topic === "copyOnWrite" || topic === "thick" ? 480 : 420}
      position="bottom-start"
      middlewares={{ flip: true, shift: { crossAxis: true, padding: 8 } }}
      shadow="md"
      radius={12}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <UnstyledButton
          className={styles.question}
          aria-label={t("learn.open", { title })}
          data-topic={topic}
          onClick={() => setOpened(!opened)}
        >
          <CircleQuestionMark size={13} aria-hidden />
          {title}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={styles.note} aria-label={title} tabIndex={-1} data-autofocus>
        <h3>{title}</h3>
        <Note topic={topic} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Note({ topic }: { topic: Topic }) {
  const { t } = useTranslation();
  if (topic === "copyOnWrite") return <CopyOnWrite />;
  return (
    <>
      <RichText>{t(`learn.${topic}.text`)}</RichText>
      {topic === "thick" && <ThickTable />}
    </>
  );
}
