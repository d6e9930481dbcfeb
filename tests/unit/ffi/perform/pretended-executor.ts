// An executor without machine code and without kernel: it goes through the entries of an arena as executor/program.ts
// describes it, answers each call by its name, and remembers what it was asked.

import { Arena, ARENA_SIZE } from '#ffi/arena.ts'
import { ANY_ERRNO, REPLY, REQUEST, SKIPPED } from '#ffi/executor/layout.ts'
import { MACHINE } from '#ffi/machine.ts'
import { ARM64 } from '#ffi/numbers/arm64.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import type { Executor } from '#ffi/perform/batch.ts'
import { ADDRESS, type Encoded, pretendedMapping, readEntry } from '../encoded.ts'

const NAMES = new Map<number, string>(
  Object.entries(MACHINE === 'x64' ? X64 : ARM64).map(([name, number]) => [number, name]),
)

/** What calls give, by name: one number for all of them, or one for each in their order. */
type Answers = Readonly<Record<string, number | readonly number[]>>

/** The executor. Calls without an answer give 0, and descriptors from 3 on. */
export class PretendedExecutor implements Executor {
  readonly where = 'task 1'
  readonly arena: Arena
  /** The batches so far, each call by name with its first argument when that is a descriptor. */
  readonly batches: string[][] = []
  /** The calls that were really made: neither skipped nor behind a failure. */
  readonly made: string[] = []
  /** Texts that are written into the rooms of read(2), one after the other. */
  writes: string[] = []
  /** What `exchange` throws instead. */
  dies: Error | undefined = undefined
  readonly #memory: DataView
  readonly #answers: Answers
  readonly #asked = new Map<string, number>()
  #descriptor = 3

  constructor(answers: Answers) {
    const buffer = new ArrayBuffer(ARENA_SIZE)
    this.arena = new Arena(pretendedMapping(buffer))
    this.#memory = new DataView(buffer)
    this.#answers = answers
  }

  /** The calls that stand in the request area. */
  queued(): string[] {
    const count = this.#memory.getUint32(REQUEST.count, true)
    return Array.from({ length: count }, (_, i) => shown(readEntry(this.#memory, i)))
  }

  /** What the request area says of the last batch. */
  last(): number {
    return this.#memory.getUint32(REQUEST.last, true)
  }

  exchange(): void {
    if (this.dies !== undefined) throw this.dies
    this.batches.push(this.queued())
    const count = this.#memory.getUint32(REQUEST.count, true)
    let done = 0
    while (done < count) {
      const raw = this.#perform(readEntry(this.#memory, done))
      this.#memory.setBigInt64(REQUEST.size + REPLY.results + 8 * done, BigInt(raw), true)
      done += 1
      if (raw < 0 && raw !== SKIPPED && !tolerated(readEntry(this.#memory, done - 1), -raw)) break
    }
    this.#memory.setUint32(REQUEST.size + REPLY.done, done, true)
  }

  #perform(entry: Omit<Encoded, 'rooms'>): number {
    const named = entry.references.filter((reference) => reference > 0)
    const results = named.map((reference) =>
      this.#memory.getBigInt64(REQUEST.size + REPLY.results + 8 * (reference - 1), true),
    )
    if (results.some((result) => result < 0n)) return SKIPPED
    this.made.push(shown(entry))
    const name = nameOf(entry)
    if (name === 'read') this.#fill(entry)
    return this.#answer(name)
  }

  #answer(name: string): number {
    const index = this.#asked.get(name) ?? 0
    this.#asked.set(name, index + 1)
    const answer = this.#answers[name]
    if (answer === undefined) return /^(?:openat|fcntl)$/.test(name) ? this.#descriptor++ : 0
    return typeof answer === 'number' ? answer : (answer[index] ?? 0)
  }

  #fill({ args }: Omit<Encoded, 'rooms'>): void {
    const bytes = new TextEncoder().encode(this.writes.shift() ?? '')
    new Uint8Array(this.#memory.buffer, Number(args[1]) - ADDRESS).set(bytes)
  }
}

function nameOf({ number }: Pick<Encoded, 'number'>): string {
  return NAMES.get(number) ?? `call ${number}`
}

function shown(entry: Omit<Encoded, 'rooms'>): string {
  const name = nameOf(entry)
  const reference = entry.references[0] ?? 0
  if (name === 'openat' || name === 'getpid' || name === 'pipe2') return name
  return `${name}(${reference > 0 ? `result ${reference - 1}` : entry.args[0]})`
}

function tolerated({ tolerated: [first, second] }: Pick<Encoded, 'tolerated'>, errno: number): boolean {
  return first === ANY_ERRNO || first === errno || second === errno
}
