import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { formats } from "../engine";
import { programName } from "./errors";
import { print } from "./output";

/** Thrown where `-h` is met: the help is printed, and nothing else is done. */
export class HelpWanted extends Error {
  override readonly name = "HelpWanted";
}

/** Prints name and version; under qemu-img's name also the version of it that is spoken. */
export function printVersion(): void {
  const version = packageVersion();
  if (programName() === "qemu-img") print(`qemu-img version 7.2.0 (Lamina ${version})\n`);
  else print(`lamina version ${version} (commands and output of qemu-img 7.2)\n`);
}

/** Prints the version and all commands and options there are. */
export function printHelp(): void {
  printVersion();
  const names = formats.map(({ id }) => id).filter((id) => id !== "iso");
  print(`usage: ${programName()} [standard options] command [command options]
Disk image utility

    '-h', '--help'       display this help and exit
    '-V', '--version'    output version information and exit

Command syntax:
  amend [--object objectdef] [--image-opts] [-p] [-q] [-f fmt] [-t cache] [--force] [--trust] -o options filename
  bench [-c count] [-d depth] [-f fmt] [-i aio] [-n] [-o offset] [-q] [-s buffer_size] [-S step_size] [-t cache] [-U] [--trust] filename
  bitmap (--merge SOURCE | --add | --remove | --clear | --enable | --disable)... [-b source_file [-F source_fmt]] [-g granularity] [--object objectdef] [--image-opts | -f fmt] [--trust] filename bitmap
  check [--object objectdef] [--image-opts] [-q] [-f fmt] [--output=ofmt] [-r [leaks | all]] [-T src_cache] [-U] [--trust] filename
  commit [--object objectdef] [--image-opts] [-f fmt] [-t cache] [-b base] [-d] [-p] [-q] [--trust] [--force] filename
  compare [--object objectdef] [--image-opts] [-f fmt] [-F fmt] [-T src_cache] [-p] [-q] [-s] [-U] [--trust] filename1 filename2
  convert [--object objectdef] [--image-opts] [-U] [-C] [-c] [-p] [-q] [-W] [-f fmt] [-l snapshot_param] [-t cache] [-T src_cache] [-O output_fmt] [-B backing_file [-F backing_fmt]] [-o options] [-S sparse_size] [-m num_coroutines] [--salvage] [--trust] [--member name] filename [filename2 [...]] output_filename
  create [-q] [-f fmt] [-b backing_file [-F backing_fmt]] [-u] [-o options] [--trust] filename [size]
  dd [--object objectdef] [--image-opts] [-U] [-f fmt] [-O output_fmt] [--trust] [bs=block_size] [count=blocks] [skip=blocks] if=input of=output
  info [--object objectdef] [--image-opts] [-f fmt] [--output=ofmt] [--backing-chain] [-U] [--trust] [--member name] filename
  map [--object objectdef] [--image-opts] [-f fmt] [--start-offset=offset] [--max-length=len] [--output=ofmt] [-U] [--trust] [--member name] filename
  measure [--output=ofmt] [-O output_fmt] [-o options] [--size N | [--object objectdef] [--image-opts] [-f fmt] [-l snapshot_param] [-U] [--trust] [--member name] [--all] filename]
  rebase [--object objectdef] [--image-opts] [-U] [-q] [-f fmt] [-t cache] [-T src_cache] [-p] [-u] [--trust] [--force] -b backing_file [-F backing_fmt] filename
  resize [--object objectdef] [--image-opts] [-f fmt] [--preallocation=prealloc] [-q] [--shrink] [--trust] filename [+ | -]size
  snapshot [--object objectdef] [--image-opts] [-U] [-q] [-l [--output=ofmt] | -a snapshot [--index n] | -c snapshot | -d snapshot [--index n] | --freed id[,id...] [--output=ofmt]] [--trust] filename

Command parameters:
  'filename' is a disk image filename
  'objectdef' is a secret: 'secret,id=NAME,data=…' or 'secret,id=NAME,file=…'
  '--image-opts' takes a list of options for the filename of the source:
    'driver=fmt,file.filename=…', and for encrypted images 'encrypt.key-secret=NAME'
  'snapshot_param' is an internal snapshot to convert instead of the active disk, as
    'snapshot.id=ID,snapshot.name=NAME' or as an ID or a name
  'fmt' is the disk image format. It is guessed automatically in most cases
  'cache' is 'unsafe' (default) to leave the new image to the system's cache; with
    'none', 'writeback', 'writethrough' or 'directsync' it is forced down to the disk
  'src_cache' is accepted and makes no difference
  'size' is the disk image size in bytes. Optional suffixes
    'k' or 'K' (kilobyte, 1024), 'M' (megabyte, 1024k), 'G' (gigabyte, 1024M),
    'T' (terabyte, 1024G), 'P' (petabyte, 1024T) and 'E' (exabyte, 1024P)  are
    supported. 'b' is ignored.
  'output_filename' is the destination disk image filename. What is there is
    replaced once the new image is complete
  'output_fmt' is the destination format
  'options' is a comma separated list of format specific options in a
    name=value format. Use -o help for an overview of the options supported by
    the used format
  '-u' allows creating an overlay without attempting to open the backing file
  '-h' with or without a command shows this help and lists the supported formats
  '-p' show progress of command (only certain commands)
  '-q' use Quiet mode - do not print any output (except errors)
  '-s' run in Strict mode - fail on different image size or sector allocation
  '-c' indicates that target image must be compressed
  '-S' takes 4k (default) to leave out zeros, or 0 to write all of the disk
  '-m' takes how many threads may work, 1 to 16; there are never more than cores
  '-C', '-W' and '-U' are accepted and make no difference
  '--salvage' makes zeros of what cannot be read, and says where
  '-r' repairs what a check has found: 'leaks' frees space that nobody uses, 'all' also
    counts every cluster anew
  '--shrink' allows a smaller size: what lies behind the new end is lost
  '--index' chooses among snapshots of one name by the place in the table, from 0
  '--freed' tells what deleting these snapshots together would give back
  '--force' goes on although snapshots or other images would read otherwise
  '--all' measures every way in which the image could be written, or with '-O' and '-o' the
    one that they ask for; all data is read
  '--output' takes the format in which the output must be done (human or json)
  '--trust' allows backing files outside the folder of the image that names them
  '--member' names the disk to open of a tar archive (OVA) with several

Supported formats: ${names.sort().join(" ")}
`);
}

/** The version in package.json, which lies two folders above the bundle. */
function packageVersion(): string {
  const text = readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
