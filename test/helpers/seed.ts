/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** What it was made from; name it in the test, so that a failure can be run again. */
  readonly seed: number;
  /** A whole number, `from` <= n < `to`. */
  between(from: number, to: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of `items`, which are not empty. */
  pick<T>(items: readonly T[]): T;
  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[];
  /** Fills with bytes of which none is zero, so that data never looks like a hole. */
  fill(into: Uint8Array): void;
}

/**
 * The seed of this run: the environment's LAMINA_SEED, or a new one for every run. Tests of random
 * layouts derive theirs from it and print it in their names.
 */
export const runSeed = Number(process.env["LAMINA_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** A generator from `seed` (32 bits). */
export function random(seed: number): Random {
  // Marsaglia's xorshift; zero is the one state it cannot leave.
  // Kept with a sign: V8 has such numbers without a box.
  let state = seed | 0 || 0x9e3779b9 | 0;
  function next(): number {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  }
  // Small seeds differ in few bits; a few steps spread them.
  for (let step = 0; step < 16; step += 1) next();

  const between = (from: number, to: number): number => from + (next() % (to - from));
  const pick = <T>(items: readonly T[]): T => items[between(0, items.length)]!;

  return {
    seed,
    between,
    pick,
    chance: (probability) => next() < probability * 2 ** 32,
    shuffled<T>(items: readonly T[]) {
      const left = [...items];
      return items.map(() => left.splice(between(0, left.length), 1)[0]!);
    },
    fill(into) {
      // As `next` does it, in a variable that stays in a register: tests fill hundreds of megabytes.
      let now = state;
      for (let at = 0; at < into.length; at += 1) {
        now ^= now << 13;
        now ^= now >>> 17;
        now ^= now << 5;
        into[at] = 1 + ((now >>> 0) % 255);
      }
      state = now;
    },
  };
}
