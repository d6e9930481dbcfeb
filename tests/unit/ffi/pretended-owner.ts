// A process that owns descriptors and only remembers what it was asked to do.

import { Fd, type FdOwner } from '#ffi/fd.ts'

/** The owner, the labels of the descriptors that it was asked to close, and how often it was flushed. */
export interface PretendedOwner extends FdOwner {
  readonly closed: string[]
  readonly flushes: () => number
  /** Opens a descriptor of this owner; its number is outstanding when left out. */
  open(label: string, number?: number): Fd
}

/** Makes an owner; `flushing` is what a flush does beside being counted. */
export function pretendedOwner(where = 'a test', flushing: () => void = () => {}): PretendedOwner {
  let flushes = 0
  const closed: string[] = []
  const owner: PretendedOwner = {
    where,
    closed,
    flushes: () => flushes,
    flush: () => {
      flushes += 1
      flushing()
    },
    close: (fd) => void closed.push(fd.label),
    open: (label, number) => new Fd(owner, label, number),
  }
  return owner
}
