import {
  Button,
  Tooltip,
  VisuallyHidden,
  type ButtonProps,
  type ElementProps,
} from "@mantine/core";
import { useId, type ReactElement, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import type { ImageUser } from "../../shared/model/in-use";
import { heldText } from "../text/user-text";

/** What a button takes that cannot do its work now, and still can have the focus. */
export interface HeldProps {
  readonly "data-disabled": true;
  readonly "aria-disabled": true;
  readonly "aria-describedby": string;
  readonly title: undefined;
  readonly onClick: (event: SyntheticEvent) => void;
}

interface HeldParts {
  /** Who keeps the button from doing its work; the button is as ever without. */
  by: ImageUser | undefined;
  /** Draws the button; what it is given goes behind the button's own properties. */
  children: (held: HeldProps | undefined) => ReactElement;
}

/** A button that would change an image: while somebody holds that, it is grey and says who does. */
export function Held({ by, children }: HeldParts) {
  const { t } = useTranslation();
  const id = useId();
  const reason = by && heldText(by, t);
  return (
    <>
      <Tooltip
        label={reason}
        disabled={reason === undefined}
        events={{ hover: true, focus: true, touch: true }}
        multiline
        maw={320}
      >
        {children(
          reason === undefined
            ? undefined
            : {
                "data-disabled": true,
                "aria-disabled": true,
                "aria-describedby": id,
                title: undefined,
                onClick: (event) => event.preventDefault(),
              },
        )}
      </Tooltip>
      {reason !== undefined && <VisuallyHidden id={id}>{reason}</VisuallyHidden>}
    </>
  );
}

interface HeldButtonProps extends ButtonProps, ElementProps<"button", keyof ButtonProps> {
  /** Who keeps it from doing its work. */
  holder: ImageUser | undefined;
}

/** The usual button that would change an image. */
export function HeldButton({ holder, ...button }: HeldButtonProps) {
  return <Held by={holder}>{(held) => <Button {...button} {...held} />}</Held>;
}
