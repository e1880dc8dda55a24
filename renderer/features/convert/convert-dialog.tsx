import { Button } from "@mantine/core";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { useConvert } from "../../state/convert";
import { obstacle, readability } from "../../state/convert-form";
import { useImages } from "../../state/images";
import { useOutlook } from "../../state/outlook";
import { Dialog } from "../../ui/dialog";
import { FailureNote } from "../../ui/failure-note";
import { CommandLine } from "./command-line";
import styles from "./convert.module.css";
import { Findings, FirstStop } from "./findings";
import { FormatChoice } from "./format-choice";
import { OptionFields, SpaceOutlook } from "./option-fields";
import { PurposeChoice } from "./purpose-choice";
import { SourceFields } from "./source-fields";
import { Sources } from "./sources";
import { TargetField } from "./target-field";

/** Asks all that a conversion needs to know, and starts it. Open while the form has sources. */
export function ConvertDialog() {
  const { t } = useTranslation();
  const form = useConvert();
  const views = useImages((images) => images.views);
  const { sources, failure, starting, close, start } = form;
  const [first] = sources;
  const readable = sources.every((source) => {
    const what = readability(views[source]);
    return what === "whole" || (what === "damaged" && form.salvage);
  });
  const ready = obstacle(form, readable) === undefined;
  const current = useOutlook((outlook) => outlook.current);
  const settled = current && obstacle(form, true) !== "waiting";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void start();
  };
  return (
    <Dialog
      opened={first !== undefined}
      onClose={close}
      size={780}
      title={
        first !== undefined && sources.length === 1
          ? t("convert.title", { name: nameOf(first) })
          : t("convert.titleMany", { count: sources.length })
      }
      closeLabel={t("convert.close")}
      scrolls="full"
    >
      <form className={styles.form} onSubmit={submit} noValidate data-settled={settled}>
        {/* Takes the focus at first, so that no button does and arrow keys scroll. */}
        <div className={styles.scroll} tabIndex={-1} data-autofocus>
          {sources.length > 1 && <Sources />}
          {first !== undefined && sources.length === 1 && <SourceFields path={first} />}
          <PurposeChoice />
          <div className={styles.target}>
            <FormatChoice />
            {sources.length === 1 && <TargetField />}
          </div>
          <OptionFields />
          <div className={styles.columns}>
            <SpaceOutlook />
            <Findings />
          </div>
          <CommandLine />
        </div>
        {failure !== undefined && (
          <div className={styles.failure}>
            <FailureNote failure={failure} />
          </div>
        )}
        <div className={styles.buttons}>
          <FirstStop />
          <Button variant="default" onClick={close}>
            {t("convert.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={starting}>
            {sources.length === 1
              ? t("convert.start")
              : t("convert.startMany", { count: sources.length })}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
