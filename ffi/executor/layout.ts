// The arena: the memory through which bunc and an executor exchange batches of system calls. One description, read
// by the program of the executor (program.ts) and by the side that fills it in (arena.ts), so an offset cannot drift.
// The request area is mapped read-only in a task; the reply area is written by the task and is therefore untrusted.

/** Byte offsets inside one entry of the request area: a system call to be made. */
export const ENTRY = {
  /** u32: the system call number. */
  number: 0,
  /** u16 ×2: errnos that do not end the batch; 0 is none, ANY_ERRNO in the first is all. */
  tolerated: 4,
  /** u8 ×6: 0, or k + 1 where argument i is the result of entry k of the same batch. */
  references: 8,
  /** u8: FORK or 0. */
  flags: 14,
  /** u64 ×6: the arguments. */
  args: 16,
  /** Bytes of one entry; a power of two, so that the program can shift. */
  size: 64,
} as const

/** Stands in the first tolerated errno when every failure is harmless. */
export const ANY_ERRNO = 0xffff

/** Entry flag: the caller of this fork exits when it has succeeded, the child goes on with the next entry. */
export const FORK = 1

/**
 * The result of an entry that was not made, because it names an entry that failed harmlessly. One below −4095, the
 * largest errno that the kernel can return, so that no call can fail with it.
 */
export const SKIPPED = -4096

/** Byte offsets inside the request area. */
export const REQUEST = {
  /** u32 futex word: a new value means a new batch. */
  turn: 0,
  /** u32: how many entries the batch has. */
  count: 4,
  /** u32: how many times to look for news before sleeping. */
  spins: 8,
  /** u32: 0, or k + 1 in the last batch, which nobody waits for: if it comes back, the result of entry k is told why. */
  last: 12,
  /** struct timespec: how long bunc sleeps before it asks whether the task still lives. */
  timeout: 16,
  /** u32 that is always zero: the empty text. */
  empty: 60,
  entries: 64,
  /** A reference is one byte and 0 means "literal": 255 entries can be named. */
  capacity: 255,
  /** Where strings and structures for the kernel to read begin. */
  space: 64 + 255 * ENTRY.size,
  /** Twice the 2 MiB that the kernel accepts as argv and envp with the usual stack limit. */
  size: 4 << 20,
} as const

/** Byte offsets inside the reply area. */
export const REPLY = {
  /** u32 futex word: the turn of the batch that is done. */
  turn: 0,
  /** u32: how many entries were gone through; the last one of them failed if it is not `count`. */
  done: 4,
  /** i64 ×capacity: what each system call returned, −errno for a failure. */
  results: 64,
  /** Where structures for the kernel to write begin. */
  space: 4096,
  size: 1 << 20,
} as const

/** Where a task maps the two areas: low addresses that nothing else of a static executable uses. */
export const TASK_REQUEST = 0x1000_0000
export const TASK_REPLY = 0x2000_0000
