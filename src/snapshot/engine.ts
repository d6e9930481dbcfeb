// What an executable tells its engine, by bytes of it that are changed: that no variable of the environment is an option,
// and that no function is ever compiled. For the practice before a snapshot both are undone: what is compiled then, every
// copy has, and the options are those of every copy, too.

/** Bytes of the runtime that must occur exactly once, and what comes in their place: as many bytes. */
export interface Patch {
  readonly what: string
  readonly find: Uint8Array
  readonly replace: Uint8Array
}

/** Takes an executable and changes it in place. Fails where the patched place does not occur exactly once. */
export function applyPatch(image: Buffer, patch: Patch): void {
  const at = image.indexOf(patch.find)
  if (at < 0 || image.indexOf(patch.find, at + 1) >= 0)
    throw new Error(`Cannot patch ${patch.what}: found ${at < 0 ? 'nowhere' : 'more than once'} in the Bun runtime`)
  image.set(patch.replace, at)
}

/**
 * BUN_JSC_* sets options of the JavaScript engine (useJIT=0, a file to write a profile to) and is found by a walk over
 * `environ`: for each character `cmpb $c, k(%r14); jne next`. The first jne becomes a jmp: no variable has the prefix.
 */
export function withoutEnginePrefixOnX64(): Patch {
  const find = characters(ENGINE_PREFIX, (c, k) => [
    ...[0x41, 0x80, ...(k === 0 ? [0x3e] : [0x7e, k])],
    ...[c, 0x75, 0xe5 - 7 * k],
  ])
  return { what: `the prefix ${ENGINE_PREFIX}`, find, replace: find.with(4, 0xeb) }
}

/** What the names of variables begin with that set an option of the engine. */
export const ENGINE_PREFIX = 'BUN_JSC_'

/** Takes a text and the machine code that asks for one character at its place, gives the code that asks for all. */
export function characters(
  text: string,
  code: (character: number, index: number) => readonly number[],
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...Buffer.from(text, 'latin1')].flatMap(code))
}

/**
 * How often a function is called before it is compiled, as a factor of what the engine thinks right: never, for a command
 * is over before that pays. A number whose bytes occur nowhere else in an executable.
 */
export const NEVER_COMPILED = 1_000_003
/**
 * In practice: all that a command calls, for it is practised many times. What is interpreted takes notes for a compiler
 * that never comes, a word or two on a page of its own in each copy.
 */
const IN_PRACTICE = 0.1

/** Options of the engine in practice, and in copies. */
export const PRACTICE_ENVIRONMENT: readonly string[] = [
  // By who calls it: a copy would not have the threads that compile, and wait for them.
  `${ENGINE_PREFIX}useConcurrentJIT=0`,
  // By who allocates, and by nobody else: a copy would not have those threads either.
  `${ENGINE_PREFIX}useConcurrentGC=0`,
  `${ENGINE_PREFIX}numberOfGCMarkers=1`,
  // Simply: compiled twice, a function is seldom faster for as long as a command takes, and each time takes milliseconds.
  `${ENGINE_PREFIX}useDFGJIT=0`,
  // Bytes that are allocated before the collector begins, which takes as long as a whole command: the engine's default, of
  // which Bun takes a quarter.
  `${ENGINE_PREFIX}largeHeapSize=${32 << 20}`,
]

/** Takes an executable for x86-64, gives one that compiles what is called often, and obeys PRACTICE_ENVIRONMENT. */
export function practising(executable: Buffer): Buffer {
  const changed = Buffer.from(executable)
  const { what, find, replace } = withoutEnginePrefixOnX64()
  applyPatch(changed, { what, find: replace, replace: find })
  applyPatch(changed, {
    what: 'when functions are compiled',
    find: factor(NEVER_COMPILED),
    replace: factor(IN_PRACTICE),
  })
  return changed
}

/** As Bun keeps it. */
function factor(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer)
}
