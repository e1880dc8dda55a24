import { useTranslation } from "react-i18next";
import styles from "./explain.module.css";

/** What the ways to give a disk its space are called elsewhere: names of options, in no language. */
const names = [
  ["thin", "off", "thin", "dynamic"],
  ["metadata", "metadata", "", ""],
  ["fixed", "", "", "fixed, static"],
  ["lazy", "falloc", "zeroedthick", ""],
  ["eager", "full", "eagerzeroedthick", ""],
] as const;

/** The same choice in the words of other tools. */
export function ThickTable() {
  const { t } = useTranslation();
  return (
    <table className={styles.table}>
      <caption>{t("learn.thick.table")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("newDisk.space.title")}</th>
          {["preallocation=", "vmkfstools -d", "VHD, VHDX, VDI"].map((tool) => (
            <th key={tool} scope="col">
              {tool}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map(([space, ...words]) => (
          <tr key={space}>
            <th scope="row">{t(`newDisk.space.name.${space}`)}</th>
            {words.map((word, nth) => (
              // The columns do not move.
              // oxlint-disable-next-line react/no-array-index-key
              <td key={nth}>{word === "" ? t("learn.thick.none") : <code>{word}</code>}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
