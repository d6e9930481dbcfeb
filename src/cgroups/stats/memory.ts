// What a container has used of memory, in bytes. Version 1 counts memory and swap together, and runc keeps to that sum in
// version 2 as well.

import { figure, keyed, type Place, unless0 } from './figures.ts'

interface Entry {
  readonly limit: bigint
  readonly usage: bigint
  readonly max: bigint
  readonly failcnt: bigint
}

const NONE: Entry = { limit: 0n, usage: 0n, max: 0n, failcnt: 0n }

/** Takes where memory is counted. `max` is the most that was ever used, `failcnt` how often a limit was met. */
export function memoryFigures(place: Place | undefined) {
  const raw = keyed(place?.text('memory.stat') ?? '')
  const { cache, usage, swap, kernel, kernelTCP } = place?.version === 1 ? legacy(place, raw) : unified(place, raw)
  return {
    cache: unless0(cache),
    usage: shown(usage),
    swap: shown(swap),
    kernel: shown(kernel),
    kernelTCP: shown(kernelTCP),
    raw: Object.keys(raw).length === 0 ? undefined : raw,
  }
}

function shown({ limit, usage, max, failcnt }: Entry) {
  return { limit, usage: unless0(usage), max: unless0(max), failcnt }
}

function legacy(place: Place, raw: Readonly<Record<string, bigint>>) {
  const entry = (prefix: string): Entry => {
    const read = (file: string) => figure(place.text(`memory.${prefix}${file}`))
    return {
      limit: read('limit_in_bytes'),
      usage: read('usage_in_bytes'),
      max: read('max_usage_in_bytes'),
      failcnt: read('failcnt'),
    }
  }
  return {
    cache: raw['cache'] ?? 0n,
    usage: entry(''),
    swap: entry('memsw.'),
    kernel: entry('kmem.'),
    kernelTCP: entry('kmem.tcp.'),
  }
}

function unified(place: Place | undefined, raw: Readonly<Record<string, bigint>>) {
  const read = (file: string) => figure(place?.text(file) ?? '')
  const usage = {
    limit: read('memory.max'),
    usage: read('memory.current'),
    max: read('memory.peak'),
    failcnt: 0n,
  }
  const limit = place?.text('memory.swap.max') ?? ''
  const swap = {
    limit: limit === 'max' ? figure(limit) : sum(figure(limit), usage.limit),
    usage: read('memory.swap.current') + usage.usage,
    // The two peaks need not have been at the same time.
    max: 0n,
    failcnt: 0n,
  }
  return { cache: raw['file'] ?? 0n, usage, swap, kernel: NONE, kernelTCP: NONE }
}

/** As 64 bits add up; a limit that is none stays none. */
function sum(swap: bigint, memory: bigint): bigint {
  return memory === figure('max') ? memory : swap + memory
}
