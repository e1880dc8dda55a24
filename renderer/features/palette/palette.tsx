import { Modal } from "@mantine/core";
import { Search } from "lucide-react";
import { memo, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { shownReport, useImages } from "../../state/images";
import { useLibrary } from "../../state/library";
import { usePalette } from "../../state/palette";
import { attempt } from "../../state/view";
import { useReturnFocus } from "../../ui/return-focus";
import { commandsNow, type Command, type Places } from "./commands";
import { createFinder } from "./find";
import styles from "./palette.module.css";

const IMAGES_OFFERED = 5;

/** Finds an image or runs a command. */
export function Palette(places: Places) {
  const { t } = useTranslation();
  const opened = usePalette((palette) => palette.opened);
  const { close } = usePalette.getState();
  useReturnFocus(opened);
  return (
    <Modal.Root
      opened={opened}
      returnFocus={false}
      lockScroll={false}
      onClose={close}
      size={600}
      centered={false}
      yOffset="12vh"
      padding={0}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={t("palette.label")}>
        <Finder {...places} />
      </Modal.Content>
    </Modal.Root>
  );
}

/** The field and what it finds: a combobox whose list is always open. */
function Finder(places: Places) {
  const { t, i18n } = useTranslation();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const look = () => {
    const english = commandsNow(places, i18n.getFixedT("en"));
    const all = commandsNow(places, t).map((one, nth) => ({
      ...one,
      english: english[nth]?.text ?? one.text,
    }));
    return { of: lookedInto(), commands: all, find: createFinder(all) };
  };
  // Nothing moves under the keys; what has been read since is there with the next letter.
  const [{ of, commands, find }, setLooked] = useState(look);
  const fitting = query.trim() === "" ? withFewImages(commands) : find(query);
  const groups = grouped(fitting);
  const found = groups.flatMap(({ entries }) => entries);
  const list = useId();
  const idOf = (nth: number) => `${list}-${nth}`;

  const press = (event: KeyboardEvent) => {
    // Enter ends the composing of a Chinese or Vietnamese word.
    if (event.nativeEvent.isComposing) return;
    const last = found.length - 1;
    const next = {
      ArrowDown: active < last ? active + 1 : 0,
      ArrowUp: active > 0 ? active - 1 : last,
      PageDown: Math.min(last, active + 8),
      PageUp: Math.max(0, active - 8),
    }[event.key];
    if (event.key === "Enter") run(found[active]);
    else if (next === undefined) return;
    else setActive(Math.max(0, next));
    event.preventDefault();
  };

  return (
    <>
      <div className={styles.field}>
        <Search size={16} aria-hidden />
        <input
          type="text"
          role="combobox"
          data-autofocus
          aria-label={t("palette.label")}
          aria-expanded={found.length > 0}
          aria-controls={found.length > 0 ? list : undefined}
          aria-activedescendant={found.length > 0 ? idOf(active) : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={t("palette.label")}
          value={query}
          onChange={({ currentTarget }) => {
            if (lookedInto().some((part, nth) => part !== of[nth])) setLooked(look());
            setQuery(currentTarget.value);
            setActive(0);
          }}
          onKeyDown={press}
        />
      </div>
      <p className={found.length > 0 ? styles.count : styles.nothing} role="status">
        {found.length > 0
          ? t("palette.found", { count: found.length })
          : t("palette.nothing", { query })}
      </p>
      {found.length > 0 && (
        <div id={list} role="listbox" aria-label={t("palette.label")} className={styles.list}>
          {groups.map(({ group, entries }) => (
            <div key={group} role="group" aria-labelledby={`${list}-${group}`}>
              <div id={`${list}-${group}`} className={styles.group} role="presentation">
                {t(`palette.${group}`)}
              </div>
              {entries.map((entry) => {
                const nth = found.indexOf(entry);
                return (
                  <Entry
                    key={entry.id}
                    id={idOf(nth)}
                    entry={entry}
                    active={nth === active}
                    nth={nth}
                    point={setActive}
                  />
                );
              })}
            </div>
          ))}
        </div>
      )}
    </>
  );
}

/** What the commands are made of and may still be read when the palette opens. */
const lookedInto = () =>
  [shownReport(useImages.getState()), useLibrary.getState().folders] as const;

function run(command: Command | undefined): void {
  if (command === undefined) return;
  usePalette.getState().close();
  attempt(command.run);
}

interface EntryProps {
  id: string;
  nth: number;
  entry: Command;
  /** Whether Enter runs it. */
  active: boolean;
  /** The pointer has moved onto the one of that number. */
  point: (nth: number) => void;
}

const Entry = memo(function Entry({ id, nth, entry, active, point }: EntryProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) element.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    // The field keeps the focus and hears the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      ref={element}
      id={id}
      role="option"
      data-command={entry.id}
      aria-selected={active}
      className={styles.entry}
      onMouseMove={active ? undefined : () => point(nth)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => run(entry)}
    >
      <span className={styles.text}>{entry.text}</span>
      {entry.place !== undefined && <span className={styles.place}>{entry.place}</span>}
    </div>
  );
});

/** What is offered before anything is typed: of the images the latest only, so that no command is far. */
function withFewImages<T extends Command>(entries: readonly T[]): T[] {
  const latest = entries.filter(({ group }) => group === "images").slice(0, IMAGES_OFFERED);
  return entries.filter((entry) => entry.group !== "images" || latest.includes(entry));
}

/** The entries by group, the group with the best of them first. */
function grouped<T extends Command>(entries: readonly T[]) {
  const groups = new Set(entries.map(({ group }) => group));
  return [...groups].map((group) => ({
    group,
    entries: entries.filter((entry) => entry.group === group),
  }));
}
