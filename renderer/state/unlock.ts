import { toFailure } from "../api/client";
import { useImages } from "./images";
import { useView } from "./view";

/** Looks into an image with what opens it; what goes wrong is shown as a notice. */
export async function unlock(
  path: string,
  given: { passphrase?: string; member?: string },
): Promise<void> {
  try {
    await useImages.getState().openWith(path, given);
  } catch (error) {
    useView.setState({ notice: toFailure(error) });
  }
}
