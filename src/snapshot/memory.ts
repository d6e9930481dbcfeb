// The memory of a process that sleeps, seen from outside: proc_pid_maps(5), proc_pid_pagemap(5), proc_pid_mem(5). Knows
// which pages a copy must have, and nothing of what becomes of them.

import type { Sys } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Region, Run } from '#ffi/snapshot/copy.ts'
import { PAGE } from '#ffi/snapshot/numbers.ts'
import { readText } from '#src/files.ts'
import { readAt } from './large-file.ts'

/** Addresses from here on are the kernel's. */
const KERNEL = 2 ** 47
const ZEROS = Buffer.alloc(PAGE)

/** Takes the text of proc_pid_maps(5), gives the mappings below the kernel's. */
export function regionsOf(maps: string): Region[] {
  return maps.split('\n').flatMap((line) => {
    const [, from = '', to = '', access = '', name = ''] =
      /^([\da-f]+)-([\da-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$/.exec(line) ?? []
    const region = { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), access, name }
    return region.to <= KERNEL ? [region] : []
  })
}

/** Takes the addresses of pages in ascending order, gives those that follow each other as one. */
export function runsOf(pages: readonly number[]): Omit<Run, 'region'>[] {
  const runs: { from: number; size: number }[] = []
  for (const from of pages) {
    const last = runs.at(-1)
    if (last !== undefined && last.from + last.size === from) last.size += PAGE
    else runs.push({ from, size: PAGE })
  }
  return runs
}

/** Takes runs of one region, gives fewer: without gaps between them, and to the region's ends, of up to so many bytes. */
export function joined(runs: readonly Run[], gap: number): Run[] {
  const wide: Run[] = []
  for (const { from, size, region } of runs) {
    const last = wide.at(-1)
    const before = last === undefined ? region.from : last.from + last.size
    const start = from - before > gap ? from : before
    const end = region.to - from - size > gap ? from + size : region.to
    if (last === undefined || start > before) wide.push({ from: start, size: end - start, region })
    else wide[wide.length - 1] = { ...last, size: end - last.from }
  }
  return wide
}

/** A process whose memory is read. */
export class Sleeper implements Disposable {
  readonly #sys: Sys
  readonly #pid: number
  readonly #memory: Fd
  readonly #pages: Fd

  /** Takes its pid. Throws where it is not ours to read. */
  constructor(sys: Sys, pid: number) {
    this.#sys = sys
    this.#pid = pid
    this.#memory = sys(openat('cwd', `/proc/${pid}/mem`, ['RDONLY']))
    this.#pages = sys(openat('cwd', `/proc/${pid}/pagemap`, ['RDONLY']))
  }

  /** Its mappings. */
  regions(): Region[] {
    return regionsOf(readText(this.#sys, `/proc/${this.#pid}/maps`))
  }

  /** A copy of what it has at an address; zeros in pages that nobody may read, as the guards of stacks (glibc 2.42). */
  read(from: number, size: number): Buffer {
    try {
      return readAt(this.#sys, this.#memory, from, size)
    } catch (error) {
      if (!failedWith(error, 'EIO')) throw error
    }
    if (size <= PAGE) return Buffer.alloc(size)
    const pages = Array.from({ length: Math.ceil(size / PAGE) }, (_, i) => i * PAGE)
    return Buffer.concat(pages.map((at) => this.read(from + at, Math.min(PAGE, size - at))))
  }

  /**
   * The addresses of the pages of a region that are its own: written by it. Those of a file as it is are not among them,
   * nor those that hold zeros in a region that begins with zeros.
   */
  ownAddresses(region: Region): number[] {
    const count = (region.to - region.from) / PAGE
    const flags = readAt(this.#sys, this.#pages, (region.from / PAGE) * 8, count * 8)
    const zeroed = !region.name.startsWith('/')
    const pages: number[] = []
    for (let i = 0; i < count; i++) {
      // Bits 63, 62 and 61 of an entry: present, swapped, and of a file or shared.
      const flag = flags[i * 8 + 7] ?? 0
      if ((flag & 0xc0) === 0 || (flag & 0x20) !== 0) continue
      const from = region.from + i * PAGE
      if (zeroed && this.read(from, PAGE).equals(ZEROS)) continue
      pages.push(from)
    }
    return pages
  }

  /** The same, those that follow each other as one. */
  ownPages(region: Region): Run[] {
    return runsOf(this.ownAddresses(region)).map((run) => ({ ...run, region }))
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]()
    this.#pages[Symbol.dispose]()
  }
}
