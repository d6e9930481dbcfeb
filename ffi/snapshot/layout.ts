// Where the program that wakes a snapshot lies, and what it finds in its request area beside the entries: in the place of
// what only a task's batches need (executor/layout.ts), and up to the first entry.

/**
 * Address of the program in every executable that has it: above Bun's image, and fixed, since a process that goes to sleep
 * in one executable wakes up in another.
 */
export const PROGRAM_AT = 0x800_0000
/** Bytes of its segment. Fixed too: what follows it in memory, the heap of libc, must not begin earlier in one of them. */
export const PROGRAM_SIZE = 0x2_0000

/**
 * Where in the segment the executable's program headers lie as ld.so is to find them: with the one that names it, which is
 * hidden from the kernel.
 */
export const HEADERS_OFFSET = PROGRAM_SIZE - 1024

/** Byte offsets inside the request area. */
export const SNAPSHOT = {
  /** u32: how many entries may fail without harm; after them the process is no longer the one that has started. */
  sure: 8,
  /** u32: where from the request area on the table of prefault.ts is; 0 where there is none. */
  prefault: 12,
  /** u64: what the processor must say of itself. */
  processor: 16,
  /** u64: the address of the path of ld.so. */
  loader: 24,
  /** u64: the stack pointer of the process that sleeps. */
  stack: 32,
  /** u64: the address where it looks for the stack pointer that its new process began with. */
  started: 40,
  /** u64: where it goes on. */
  wake: 48,
  /** u64: where the executable begins that has no snapshot. */
  entry: 56,
} as const

/** The variable that has bunc begin without its snapshot, as the kernel passes it: text and NUL, two words of it. */
export const COLD = 'BUNC_COLD=1'
