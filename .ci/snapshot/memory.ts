// The memory of a process that sleeps, seen from outside: proc_pid_maps(5), proc_pid_pagemap(5), proc_pid_mem(5). Knows
// which pages a copy must have, and nothing of what becomes of them.

import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'

import { PAGE, type Region, type Run } from '#ffi/snapshot/copy.ts'

/** Addresses from here on are the kernel's. */
const KERNEL = 2 ** 47

/** Takes the text of proc_pid_maps(5), gives the mappings below the kernel's. */
export function regionsOf(maps: string): Region[] {
  return maps.split('\n').flatMap((line) => {
    const [, from = '', to = '', access = '', name = ''] =
      /^([\da-f]+)-([\da-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$/.exec(line) ?? []
    const region = { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), access, name }
    return region.to <= KERNEL ? [region] : []
  })
}

/** Takes a pid, gives the names of its threads but for the first: proc_pid_comm(5). */
export function otherThreads(pid: number): string[] {
  const ids = readdirSync(`/proc/${pid}/task`).filter((id) => id !== String(pid))
  return ids.map((id) => readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8').trimEnd())
}

/** A process whose memory is read. */
export class Sleeper implements Disposable {
  readonly #pid: number
  readonly #memory: number
  readonly #pages: number

  /** Takes its pid. Throws where it is not ours to read. */
  constructor(pid: number) {
    this.#pid = pid
    this.#memory = openSync(`/proc/${pid}/mem`, 'r')
    this.#pages = openSync(`/proc/${pid}/pagemap`, 'r')
  }

  /** Its mappings. */
  regions(): Region[] {
    return regionsOf(readFileSync(`/proc/${this.#pid}/maps`, 'utf8'))
  }

  /** A copy of what it has at an address. */
  read(from: number, size: number): Buffer {
    return filled(this.#memory, Buffer.alloc(size), from)
  }

  /**
   * The pages of a region that are its own: written by it. Those of a file as it is are not among them, nor those that
   * hold zeros in a region that begins with zeros.
   */
  ownPages(region: Region): Run[] {
    const count = (region.to - region.from) / PAGE
    const flags = filled(this.#pages, Buffer.alloc(count * 8), (region.from / PAGE) * 8)
    const zeroed = !region.name.startsWith('/')
    const runs: { from: number; size: number; region: Region }[] = []
    for (let i = 0; i < count; i++) {
      // Bits 63, 62 and 61 of an entry: present, swapped, and of a file or shared.
      const flag = flags[i * 8 + 7] ?? 0
      if ((flag & 0xc0) === 0 || (flag & 0x20) !== 0) continue
      const from = region.from + i * PAGE
      if (zeroed && this.read(from, PAGE).every((byte) => byte === 0)) continue
      const last = runs.at(-1)
      if (last !== undefined && last.from + last.size === from) last.size += PAGE
      else runs.push({ from, size: PAGE, region })
    }
    return runs
  }

  [Symbol.dispose](): void {
    closeSync(this.#memory)
    closeSync(this.#pages)
  }
}

function filled(file: number, bytes: Buffer, from: number): Buffer {
  for (let at = 0; at < bytes.length;) {
    const count = readSync(file, bytes, at, bytes.length - at, from + at)
    if (count === 0) throw new Error(`Cannot read the memory of the process that sleeps: nothing is at ${from + at}`)
    at += count
  }
  return bytes
}
