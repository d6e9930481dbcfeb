// Finds the name that a misspelt one was meant to be. Pure, and only ever called once something is already wrong.

/** The most letters that a typo may differ by; three would call "user" a typo of "uts". */
const FARTHEST = 2

/**
 * Takes a word and the names that would have been right, gives the closest of them, or undefined where none is within
 * two edits (Levenshtein) or where the edits would replace the whole word.
 */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = FARTHEST + 1
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= least) continue
    const edits = distance(word, name)
    if (edits < least && edits < Math.min(word.length, name.length)) [best, least] = [name, edits]
  }
  return best
}

function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...a].entries()) {
    const line = [row + 1]
    for (let column = 0; column < b.length; column++) {
      const kept = (above[column] ?? 0) + (letter === b[column] ? 0 : 1)
      line.push(Math.min(kept, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above.at(-1) ?? 0
}
