// What an executable tells its engine, by bytes of it that are changed: that no variable of the environment is an option,
// and that no function is ever compiled. For the practice before a snapshot both are undone: what is compiled then, every
// copy has.

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
  const find = [...'BUN_JSC_'].flatMap((character, k) => [
    ...[0x41, 0x80, ...(k === 0 ? [0x3e] : [0x7e, k])],
    ...[character.charCodeAt(0), 0x75, 0xe5 - 7 * k],
  ])
  return { what: 'the prefix BUN_JSC_', find: Uint8Array.from(find), replace: Uint8Array.from(find.with(4, 0xeb)) }
}

/**
 * How often a function is called before it is compiled, as a factor of what the engine thinks right: never. A command ends
 * before it pays, and the compilers are threads: threads refuse setns and unshare. A number that occurs nowhere else.
 */
export const NEVER_COMPILED = 1_000_003
/** In practice: what is called a few hundred times. Of more, a copy would touch more pages than it saves time. */
const IN_PRACTICE = 10

/** Takes an executable for x86-64, gives one that compiles what is hot. */
export function practising(executable: Buffer): Buffer {
  const changed = Buffer.from(executable)
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
