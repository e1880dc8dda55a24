import { call, toFailure } from "../api/client";
import { useImages } from "./images";
import { useView } from "./view";

/** Looks into an image with what opens it; what goes wrong is shown as a notice. */
export async function unlock(
  path: string,
  given: { passphrase?: string; member?: string; format?: "raw" },
): Promise<void> {
  try {
    await useImages.getState().openWith(path, given);
  } catch (error) {
    useView.setState({ notice: toFailure(error) });
  }
}

/** Looks into an image by what its bytes say, and forgets in what it was opened before. */
export async function openByContent(path: string): Promise<void> {
  await call("image.close", { path });
  await useImages.getState().inspect(path);
}
