// Table: numbers of mmap(2) and openat(2) that stand in the batch that wakes a copy and in the program of the segment, where
// no performer turns names into them. No code.

/** Bytes of a page. */
export const PAGE = 4096
/** Bytes of a huge one. */
export const HUGE_PAGE = 2 << 20

export const PROT_NONE = 0
export const PROT_READ_WRITE = 3

export const MAP_PRIVATE = 0x02
export const MAP_FIXED = 0x10
export const MAP_ANONYMOUS = 0x20

export const AT_FDCWD = -100
export const O_CLOEXEC = 0x8_0000
