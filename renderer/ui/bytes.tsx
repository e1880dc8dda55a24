import { Tooltip } from "@mantine/core";
import { formatBytes, formatRoundSize, formatSize } from "../text/format";

interface BytesProps {
  /** Bytes. */
  value: number;
  /** Leaves the decimal out where it is 0: for sizes that are round by nature, such as clusters. */
  round?: boolean;
  testId?: string;
}

/** A size as people read it; the exact bytes on hover and in `data-bytes`. */
export function Bytes({ value, round = false, testId }: BytesProps) {
  return (
    <Tooltip label={formatBytes(value)}>
      <span data-bytes={value} data-testid={testId}>
        {round ? formatRoundSize(value) : formatSize(value)}
      </span>
    </Tooltip>
  );
}
