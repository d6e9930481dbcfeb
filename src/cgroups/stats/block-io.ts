// What a container has read from block devices and written to them.

import { figure, type Place, unless0, unlessEmpty } from './figures.ts'
import { wordsOf } from '../values.ts'

/** Figures of version 1, with the files that may hold them: which there are depends on the I/O scheduler. */
const LEGACY = {
  ioServiceBytesRecursive: ['bfq.io_service_bytes_recursive', 'throttle.io_service_bytes_recursive'],
  ioServicedRecursive: ['bfq.io_serviced_recursive', 'throttle.io_serviced_recursive'],
  ioQueueRecursive: ['bfq.io_queued_recursive'],
  ioServiceTimeRecursive: ['bfq.io_service_time_recursive'],
  ioWaitTimeRecursive: ['bfq.io_wait_time_recursive'],
  ioMergedRecursive: ['bfq.io_merged_recursive'],
  ioTimeRecursive: ['bfq.time_recursive'],
  sectorsRecursive: ['bfq.sectors_recursive'],
} as const

/** Figures of version 2 that version 1 has as well, with the fields of io.stat that hold them. */
const UNIFIED = {
  ioServiceBytesRecursive: { rbytes: 'Read', wbytes: 'Write' },
  ioServicedRecursive: { rios: 'Read', wios: 'Write' },
} as const

/** One figure of one device. What is 0 or empty is left out. */
type Entry = {
  readonly major: bigint | undefined
  readonly minor: bigint | undefined
  readonly op: string | undefined
  readonly value: bigint | undefined
}

type Figures = Readonly<Record<string, readonly Entry[] | undefined>>

/** Takes where block I/O is counted (`blkio`). */
export function blockIoFigures(place: Place | undefined): Figures {
  if (place === undefined) return {}
  if (place.version === 1) {
    const rows = Object.entries(LEGACY).map(([name, files]) => [name, fromFirst(place, files)] as const)
    return Object.fromEntries(rows)
  }
  const devices = place.text('io.stat').split('\n').map(wordsOf)
  const rows = Object.entries(UNIFIED).map(([name, fields]) => {
    const entries = devices.flatMap(([device = '', ...words]) => fromFields(device, words, fields))
    return [name, unlessEmpty(entries)] as const
  })
  return Object.fromEntries(rows)
}

/** The first file that has any figures: one that is there may belong to a scheduler that no device uses. */
function fromFirst(place: Place, files: readonly string[]): readonly Entry[] | undefined {
  for (const file of files) {
    const entries = place.text(`blkio.${file}`).split('\n').flatMap(fromLine)
    if (entries.length > 0) return entries
  }
  return undefined
}

/** "8:0 Read 4096", or "8:0 4096" of figures without direction; "Total 4096" is of no device. */
function fromLine(line: string): Entry[] {
  const [device = '', ...words] = wordsOf(line)
  const [op, value] = words.length > 1 ? words : [undefined, words[0]]
  return device.includes(':') && value !== undefined ? [entry(device, op, value)] : []
}

function fromFields(device: string, words: readonly string[], fields: Readonly<Record<string, string>>): Entry[] {
  return words.flatMap((word) => {
    const [key = '', value = ''] = word.split('=')
    const op = fields[key]
    return op === undefined ? [] : [entry(device, op, value)]
  })
}

function entry(device: string, op: string | undefined, value: string): Entry {
  const [major = '', minor = ''] = device.split(':')
  return { major: unless0(figure(major)), minor: unless0(figure(minor)), op, value: unless0(figure(value)) }
}
