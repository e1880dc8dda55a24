import type { CreateRequest } from "../../shared/model/job";
import { optionText, shellQuoted } from "./command-line";

/** What the command line of a new image depends on besides the request. */
export interface CreateCommandStyle {
  /** The base's chain needs files that the user has allowed. */
  readonly trust: boolean;
  readonly platform: NodeJS.Platform;
  /** The base, as the new image names it. */
  readonly backing?: { readonly name: string; readonly format: string };
}

/** A new image as the `lamina create` line that makes the same. */
export function createCommand(request: CreateRequest, style: CreateCommandStyle): string {
  const { format, target, size } = request;
  const { trust, backing, platform } = style;
  const options = Object.entries(request.options)
    .map(([name, value]) => `${name}=${optionText(value)}`)
    .join(",");
  return [
    "lamina",
    "create",
    ...(trust ? ["--trust"] : []),
    "-f",
    format,
    ...(options === "" ? [] : ["-o", options]),
    ...(backing === undefined ? [] : ["-b", backing.name, "-F", backing.format]),
    target,
    String(size),
  ]
    .map((word) => shellQuoted(word, platform))
    .join(" ");
}
