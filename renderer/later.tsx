import { lazy, Suspense, useState, type ComponentType } from "react";

const loads: (() => Promise<unknown>)[] = [];

/**
 * A component whose code is loaded when it is first drawn, or by `loadAllLater` before that. Until it is there, its
 * place is empty.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let known: ComponentType<Props> | undefined;
  const loaded = async (): Promise<ComponentType<Props>> => (known ??= await load());
  loads.push(loaded);
  const Awaited = lazy(async () => ({ default: await loaded() }));
  return function Later(props: Props) {
    // What it began with it stays: another component in its place would begin anew.
    const [Shown] = useState<ComponentType<Props>>(() => known ?? Awaited);
    return (
      <Suspense>
        <Shown {...props} />
      </Suspense>
    );
  };
}

/** Loads all of them, one after the other, each when the page has nothing else to do. Never rejects. */
export async function loadAllLater(): Promise<void> {
  for (const load of loads) {
    await new Promise((idle) => {
      requestIdleCallback(idle, { timeout: 500 });
    });
    // Whoever draws it hears why it could not be loaded.
    await load().catch(() => undefined);
  }
}
