// Plays one scenario with runc and with bunc and demands the same transcript. runc's is the expectation: nothing here
// says what is right, only what is equal. Differences that are meant to be stand in known-differences.ts.
import { expect } from 'bun:test'

import { KNOWN_DIFFERENCES } from './known-differences.ts'
import type { KnownDifference } from './known-differences.ts'
import { RUNTIMES } from './programs.ts'
import type { PeerName, RuntimeName } from './programs.ts'

/** One side of a scenario: it is played, leaves a transcript, and is cleared away. */
export interface Playable extends AsyncDisposable {
  readonly runtime: PeerName
  readonly transcript: string
}

/**
 * Plays `scenario` once for each runtime, at the same time, on the sides that `open` makes.
 * Fails where a side fails, with its transcript, and where the transcripts differ.
 */
export async function playBoth<T extends Playable>(
  title: string,
  open: (runtime: RuntimeName) => T,
  scenario: (side: T) => Promise<void>,
): Promise<void> {
  const played = await Promise.allSettled(RUNTIMES.map((runtime) => play(open(runtime), scenario)))
  const [runc, bunc] = played
  // A scenario that fails with runc is wrong in itself, so that is said first.
  if (runc?.status !== 'fulfilled') throw runc?.reason
  if (bunc?.status !== 'fulfilled') throw bunc?.reason
  const known = KNOWN_DIFFERENCES.filter((row) => row.test.test(title))
  const allowed = {
    runc: allow(known, 'runc', runc.value, bunc.value),
    bunc: allow(known, 'bunc', bunc.value, runc.value),
  }
  expect(allowed.bunc).toBe(allowed.runc)
}

/** Plays `scenario` on `side`, clears it away and gives its transcript; an error says which runtime it was. */
export async function play<T extends Playable>(side: T, scenario: (side: T) => Promise<void>): Promise<string> {
  try {
    await scenario(side)
    return side.transcript
  } catch (error) {
    throw new Error(`With ${side.runtime}: ${error instanceof Error ? error.message : error}\n${side.transcript}`)
  } finally {
    await side[Symbol.asyncDispose]()
  }
}

/** `transcript` with what is known to differ replaced by the reason, in the lines that `other` does not have. */
function allow(known: readonly KnownDifference[], side: RuntimeName, transcript: string, other: string): string {
  const common = new Set(other.split('\n'))
  const lines = transcript.split('\n').filter((line) => common.has(line) || !isExtra(known, side, line))
  return lines
    .map((line) => (common.has(line) ? line : known.reduce((text, row) => replace(row, side, text), line)))
    .join('\n')
}

function isExtra(known: readonly KnownDifference[], side: RuntimeName, line: string): boolean {
  return side === 'bunc' && known.some((row) => row.runc === undefined && row.bunc.test(line))
}

function replace(row: KnownDifference, side: RuntimeName, line: string): string {
  const pattern = row.runc === undefined ? undefined : row[side]
  return pattern === undefined ? line : line.replace(pattern, `<differs: ${row.reason}>`)
}
