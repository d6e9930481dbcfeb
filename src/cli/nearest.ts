// Finds the word that somebody meant. Used when a command line has gone wrong, never before.

/** A word that was only left unfinished is likelier meant than any that needs a slip. */
const UNFINISHED = 0.5
const SHORTEST_UNFINISHED = 3

/**
 * The candidate that is fewest slips (a letter wrong, missing, too much, or two swapped) away from `word`, or undefined
 * where none is close: one slip for every three letters may be made. Case counts for nothing.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const meant = word.toLowerCase()
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(meant.length / 3)) + 1
  for (const candidate of candidates) {
    const unfinished = meant.length >= SHORTEST_UNFINISHED && candidate.toLowerCase().startsWith(meant)
    const slips = unfinished ? UNFINISHED : distance(meant, candidate.toLowerCase())
    if (slips >= fewest) continue
    best = candidate
    fewest = slips
  }
  return best
}

/** Optimal string alignment distance, row by row. */
function distance(a: string, b: string): number {
  let older: number[] = []
  let old = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (old[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (old[j - 1] ?? 0) + same,
        swapped ? (older[j - 2] ?? 0) + 1 : Infinity,
      )
    }
    older = old
    old = row
  }
  return old[b.length] ?? 0
}
