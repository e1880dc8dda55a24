import type { ChangeConsequences, ChangedSnapshot } from "../../../../shared/model/change";
import { ImageError } from "../../errors";
import { formatById } from "../../formats/registry";
import { stackLayers } from "../../image/disk-image";
import type { ImageLayer, ParentRef } from "../../image/layer";
import type { OpenRequest } from "../../image/open-image";
import { folderOf, nameSeenFrom } from "../../io/paths";
import type { Control } from "../control";
import {
  below,
  changedSnapshots,
  declaredFormat,
  openChangeable,
  refuseChangedSnapshots,
  requireQcow2,
} from "./chain";
import { commitConsequences, commitImage } from "./commit";
import { commitTarget, committedDisk } from "./commit-plan";
import { rebaseImage } from "./rebase";

/** Which layer is taken out of a chain. */
export interface Merge {
  /** Its depth: 1 or more, and not the last. */
  readonly depth: number;
  /** As for `commitImage`. */
  readonly force?: boolean;
  readonly control?: Control | undefined;
}

/** The three layers of a merge, and how the middle and the upper one are opened by themselves. */
interface Middle {
  readonly middle: OpenRequest;
  readonly above: OpenRequest;
  /** The lower layer, as the upper one is to name it. */
  readonly base: ParentRef;
  /** Snapshots of the upper layer that would read otherwise. */
  readonly changed: readonly ChangedSnapshot[];
}

/**
 * Merges a layer in the middle of a chain into the one below it, and puts the one above it on that.
 * The merged file stays as it was, and no layer of the chain needs it any more.
 *
 * First the layer is committed without being emptied, as `commitImage` tells; then the layer above
 * is rebased, as `rebaseImage` tells, which also compares: what the lower layer would not answer
 * alike, past a short layer's end say, is copied. Stopped between the two, the chain is the old one.
 * @throws ImageError as `commitImage` and `rebaseImage`.
 */
export function mergeLayer(request: OpenRequest, { depth, force = false, control }: Merge): void {
  const { middle, above, base, changed } = planMerge(request, depth, control);
  if (!force) refuseChangedSnapshots(changed);
  commitImage(middle, { empty: false, force, control });
  // The second part counts its bytes anew.
  control?.enter("copying");
  // What it would change was looked at before anything was written.
  rebaseImage(above, { base, force: true, control });
}

/** What `mergeLayer` would do; sizes are those of the commit. @throws ImageError as `mergeLayer`. */
export function mergeConsequences(
  request: OpenRequest,
  { depth, control }: Pick<Merge, "depth" | "control">,
): ChangeConsequences {
  const { middle, changed } = planMerge(request, depth, control);
  const commit = commitConsequences(middle, { control });
  return {
    ...commit,
    changedSnapshots: [...changed, ...commit.changedSnapshots],
    outdated: [middle.path],
  };
}

function planMerge(request: OpenRequest, depth: number, control: Control | undefined): Middle {
  const image = openChangeable(request);
  try {
    const { layers } = image;
    const [upper, middle, lower] = [layers[depth - 1], layers[depth], layers[depth + 1]];
    if (depth < 1 || !upper || !middle || !lower) throw notBetween(request.path, layers.length);
    requireQcow2(upper);
    const whole = stackLayers(layers.slice(depth));
    const after = committedDisk(whole, commitTarget(whole, 1));
    const above = requestOf(request, upper);
    return {
      middle: requestOf(request, middle),
      above,
      base: namedFrom(upper, middle, lower),
      changed: changedSnapshots(above, upper, below(image, depth), after, control),
    };
  } finally {
    image.close();
  }
}

/** How a layer of a chain is opened by itself. */
function requestOf(
  { grants, passphrase }: OpenRequest,
  { source, format }: ImageLayer,
): OpenRequest {
  const how = passphrase === undefined ? {} : { passphrase };
  return { path: source.name, format: formatById(format).id, grants, ...how };
}

/** The lower layer's name for the upper one: as the middle one has it, where both see it alike. */
function namedFrom(upper: ImageLayer, middle: ImageLayer, lower: ImageLayer): ParentRef {
  const folder = folderOf(upper.source.name);
  const written = middle.parent?.name;
  const name =
    written !== undefined && folder === folderOf(middle.source.name)
      ? written
      : nameSeenFrom(folder, lower.source.name);
  return { name, format: declaredFormat(lower) };
}

function notBetween(file: string, layers: number): ImageError {
  return new ImageError("invalid-argument", `${file} has no such layer between two others`, {
    file,
    expected: layers > 2 ? `1 to ${layers - 2}` : "a chain of three files",
  });
}
