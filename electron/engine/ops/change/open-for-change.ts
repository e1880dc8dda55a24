import { openFileWritable } from "../../io/file";
import type { ByteTarget } from "../../io/source";

/**
 * Opens an image file, hands it to `change`, and closes it. Every change of an image in place comes
 * through here: what keeps two programs from writing one image belongs here, too.
 * @throws ImageError `missing-file`, `unsupported` (no regular file), `io`, and what `change` throws.
 */
export function openForChange<T>(path: string, change: (file: ByteTarget) => T): T {
  const file = openFileWritable(path);
  try {
    return change(file);
  } finally {
    file.close();
  }
}
