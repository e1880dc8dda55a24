import { passphraseBytes } from "../../codec/passphrase";
import { ImageError } from "../../errors";
import { decryptedSource } from "../../io/decrypted";
import { legacyAesData, type SourceOfData } from "../../io/legacy-aes";
import type { ByteSource } from "../../io/source";
import type { Format } from "../format";
import { autoclear } from "./features";
import { hasDataFile, type Header } from "./header";
import type { HeaderExtensions } from "./header-extensions";
import type { LuksHeader } from "./luks-header";
import { unlockLuks } from "./luks-key";

/** Where the clusters of an image are read from: its own file or a data file, as it is or decrypted. */
export interface GuestData {
  /**
   * What to read a guest byte from, at its host offset.
   * @throws ImageError `passphrase`, or what opening the data file came to.
   */
  readonly sourceAt: SourceOfData;
  /** Whether clusters lie in another file than the tables. */
  readonly external: boolean;
  readonly encrypted: boolean;
  /** Whether that file is the disk: every cluster lies where the guest has it. */
  readonly identical: boolean;
  /** The other file, when it could be opened. */
  readonly dataFile?: ByteSource;
}

/** What the clusters of an image are read with. */
export interface DataParts {
  readonly header: Header;
  readonly extensions: HeaderExtensions;
  /** "aes", "luks" or undefined. */
  readonly encryption: string | undefined;
  readonly luks?: LuksHeader;
  readonly passphrase?: string;
}

/** What opens the files that an image names. */
export type Gate = Parameters<Format["open"]>[1];

/**
 * Opens the data file, if there is one; a key is looked for when data is first needed. What goes wrong
 * with either is told then: the image's facts are worth showing without.
 */
export function openGuestData(source: ByteSource, gate: Gate, parts: DataParts): GuestData {
  const { header, extensions, encryption, luks, passphrase } = parts;
  const external = hasDataFile(header);
  const file: OpenedFile = external ? openDataFile(source, gate, extensions) : { opened: source };
  return {
    external,
    encrypted: encryption !== undefined,
    identical: external && (header.autoclearFeatures & autoclear.rawExternalData) !== 0n,
    ...(external && file.opened && { dataFile: file.opened }),
    sourceAt: sourceOf(),
  };

  function sourceOf(): SourceOfData {
    const { opened, error } = file;
    if (opened === undefined) {
      return () => {
        throw error;
      };
    }
    if (encryption === "aes") return legacyAesData(opened, passphrase);
    if (luks === undefined) return () => opened;
    return once(() => {
      const secret = passphraseBytes(source.name, "luks", passphrase);
      return decryptedSource(opened, unlockLuks(source, luks, secret));
    });
  }
}

type OpenedFile =
  | { readonly opened: ByteSource; readonly error?: never }
  | { readonly opened?: never; readonly error: ImageError };

/** The data file, or why it cannot be opened. */
function openDataFile(
  source: ByteSource,
  gate: Gate,
  { dataFileName: name }: HeaderExtensions,
): OpenedFile {
  try {
    if (name === undefined) throw unnamed(source);
    const file = gate.open({ role: "data-file", name, from: source.name });
    if (file.identity === undefined || file.identity !== source.identity) return { opened: file };
    file.close();
    throw new ImageError("cycle", `${source.name} names itself as its data file`, {
      file: source.name,
    });
  } catch (error) {
    if (error instanceof ImageError) return { error };
    throw error;
  }
}

function unnamed(source: ByteSource): ImageError {
  return new ImageError("missing-file", `${source.name} does not name the file that has its data`, {
    file: source.name,
    expected: "the name of a data file",
    found: "none",
  });
}

/** Does `make` once and keeps what came of it: a wrong passphrase is not tried again. */
function once<T>(make: () => T): () => T {
  let result: { value: T } | { error: unknown } | undefined;
  return () => {
    if (result === undefined) {
      try {
        result = { value: make() };
      } catch (error) {
        result = { error };
      }
    }
    if ("error" in result) throw result.error;
    return result.value;
  };
}
