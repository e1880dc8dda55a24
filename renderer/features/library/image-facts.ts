import type { ImageUser } from "../../../shared/model/in-use";
import { isHeldBy } from "../../../shared/model/in-use-marks";
import type { Failure } from "../../../shared/model/report";
import type { ListedImage } from "../../../shared/model/watched-folder";
import type { ImageView } from "../../state/images";
import { nameOf } from "../../api/paths";

/** What a row tells of an image. Sizes in bytes. */
export interface ImageFacts {
  readonly loading: boolean;
  /** Virtual size. */
  readonly size?: number;
  readonly allocated?: number;
  readonly problem?: "missing" | "failed" | "chooseMember";
  /** The file of its chain that cannot be read, by its name; absent when all can, as far as is known. */
  readonly broken?: string;
  readonly failure?: Failure;
}

/** From what its folder tells of it or, in no watched folder, from what was seen when it was opened. */
export function imageFacts(
  image: ListedImage | undefined,
  view: ImageView | undefined,
): ImageFacts {
  const link = view?.state === "ready" ? view.report.broken : undefined;
  const broken = link?.name ?? image?.missingBase;
  if (image !== undefined) {
    const { virtualSize, allocated, failure } = image;
    return {
      loading: false,
      ...(virtualSize !== undefined && { size: virtualSize }),
      ...(allocated !== undefined && failure === undefined && { allocated }),
      ...(broken !== undefined && { broken: nameOf(broken) }),
      ...(failure && problemOf(failure)),
    };
  }
  if (view?.state === "failed") return { loading: false, ...problemOf(view.failure) };
  const layer = view?.state === "ready" ? view.report.layers[0] : undefined;
  return {
    loading: view?.state === "loading",
    ...(layer && { size: layer.virtualSize }),
    ...(layer?.allocated !== undefined && { allocated: layer.allocated }),
    ...(broken !== undefined && { broken: nameOf(broken) }),
  };
}

/** Who holds it: as the page tells where it is shown there, else as it was when its folder was looked at. */
export function usersIn(
  image: ListedImage | undefined,
  view: ImageView | undefined,
  shown: boolean,
): readonly ImageUser[] {
  if (!shown || view?.state !== "ready") return image?.inUse ?? [];
  const { inUse = [] } = view.report;
  return inUse.filter((user) => user.file === undefined && isHeldBy(user));
}

function problemOf(failure: Failure): Pick<ImageFacts, "problem" | "failure"> {
  const { code } = failure;
  if (code === "choose-member") return { problem: "chooseMember" };
  return { problem: code === "missing-file" ? "missing" : "failed", failure };
}
