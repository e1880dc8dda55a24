import { Modal, type ModalProps } from "@mantine/core";
import styles from "./dialog.module.css";
import { useReturnFocus } from "./return-focus";

interface DialogProps extends Pick<ModalProps, "onClose" | "size" | "title" | "children"> {
  /** A dialog that is drawn only while it is open needs not say so. */
  opened?: boolean;
  /** What the cross is called. */
  closeLabel: string;
  /** Title and buttons stay where they are, and what lies between scrolls; "full" takes all the height at once. */
  scrolls?: "full" | "needed";
}

/** In a low window a dialog that needs all the height leaves less beside itself. */
const LOW_MARGIN = "clamp(16px, 14dvh - 68px, 5dvh)";

/** A dialog over the page. What had the focus has it again afterwards. */
export function Dialog({ opened = true, closeLabel, scrolls, ...rest }: DialogProps) {
  useReturnFocus(opened);
  return (
    <Modal
      opened={opened}
      returnFocus={false}
      // The page itself never scrolls: locking it only lays it all out anew.
      lockScroll={false}
      closeButtonProps={{ "aria-label": closeLabel }}
      {...(scrolls === "full" && { yOffset: LOW_MARGIN })}
      {...(scrolls && {
        classNames: {
          content: `${styles.content} ${scrolls === "full" ? styles.full : ""}`,
          header: styles.header,
          title: styles.title,
          body: styles.body,
        },
      })}
      {...rest}
    />
  );
}
