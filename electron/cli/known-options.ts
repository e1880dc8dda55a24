/** How qemu-img reads an option's value. */
export type OptionKind = "text" | "size" | "number" | "switch";

/** One of the -o options: qemu-img's, unless said otherwise. */
interface KnownOption {
  readonly kind: OptionKind;
  /** What qemu-img shows when the option is not given. */
  readonly shown?: string;
  /** A value that asks for nothing that Lamina would have to do. */
  readonly harmless?: string;
}

type KnownOptions = Readonly<Record<string, KnownOption>>;

/** What every file takes, whatever the format in it; shown last. */
const ofFiles: KnownOptions = {
  nocow: { kind: "switch", harmless: "off" },
  preallocation: { kind: "text", harmless: "off" },
  extent_size_hint: { kind: "size", harmless: "0" },
};

const backing: KnownOptions = {
  backing_file: { kind: "text" },
  backing_fmt: { kind: "text" },
};

/** qemu-img's options of a format in the order in which it shows them. */
const known: Readonly<Record<string, KnownOptions>> = {
  raw: { size: { kind: "size" }, ...ofFiles },
  qcow2: {
    encryption: { kind: "switch", harmless: "off" },
    "encrypt.format": { kind: "text" },
    "encrypt.key-secret": { kind: "text" },
    "encrypt.cipher-alg": { kind: "text" },
    "encrypt.cipher-mode": { kind: "text" },
    "encrypt.ivgen-alg": { kind: "text" },
    "encrypt.ivgen-hash-alg": { kind: "text" },
    "encrypt.hash-alg": { kind: "text" },
    "encrypt.iter-time": { kind: "number" },
    cluster_size: { kind: "size", shown: "65536" },
    extended_l2: { kind: "switch", shown: "off" },
    preallocation: { kind: "text", harmless: "off" },
    compression_type: { kind: "text", shown: "zlib", harmless: "zlib" },
    size: { kind: "size" },
    compat: { kind: "text" },
    ...backing,
    data_file: { kind: "text" },
    data_file_raw: { kind: "switch" },
    lazy_refcounts: { kind: "switch", shown: "off" },
    refcount_bits: { kind: "number", shown: "16" },
    ...ofFiles,
  },
  vmdk: {
    size: { kind: "size" },
    adapter_type: { kind: "text" },
    ...backing,
    compat6: { kind: "switch", shown: "off", harmless: "off" },
    hwversion: { kind: "text", shown: "undefined", harmless: "undefined" },
    toolsversion: { kind: "text", harmless: "2147483647" },
    subformat: { kind: "text" },
    zeroed_grain: { kind: "switch", harmless: "off" },
    ...ofFiles,
  },
  vdi: { size: { kind: "size" }, static: { kind: "switch", shown: "off" }, ...ofFiles },
  vpc: {
    size: { kind: "size" },
    subformat: { kind: "text" },
    // The exact size is the only one that is written.
    force_size: { kind: "switch", harmless: "on" },
    // Not qemu-img's.
    whole_mib: { kind: "switch" },
    ...ofFiles,
  },
  vhdx: {
    size: { kind: "size" },
    log_size: { kind: "size", shown: "1048576" },
    block_size: { kind: "size", shown: "0" },
    subformat: { kind: "text" },
    block_state_zero: { kind: "switch" },
    ...ofFiles,
  },
};

/** qemu-img's option of that name; undefined when the format has none. */
export function knownOption(format: string, name: string): KnownOption | undefined {
  const options = known[format] ?? ofFiles;
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

/** Every option of a format by its name, in the order in which qemu-img shows them. */
export function knownOptions(format: string): readonly (readonly [string, KnownOption])[] {
  return Object.entries(known[format] ?? ofFiles);
}
