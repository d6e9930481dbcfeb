/** Numbers that look random and are the same in every run, so that a failure can be looked at again. */

/** Takes a seed, gives a function from `n` to an integer from 0 to n - 1 (mulberry32). */
export function random(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n
  }
}
