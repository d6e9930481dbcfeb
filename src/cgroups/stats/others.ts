// What a container has of processes and of huge pages.

import type { Sys } from '#ffi/call.ts'
import { entriesOf } from '#src/files.ts'
import { figure, keyed, type Place, unless0 } from './figures.ts'

/** Takes where processes and threads are counted (`pids`). No limit is 0, and left out. */
export function pidsFigures(place: Place | undefined) {
  const limit = place?.text('pids.max') ?? ''
  return {
    current: unless0(figure(place?.text('pids.current') ?? '')),
    limit: limit === 'max' ? undefined : unless0(figure(limit)),
  }
}

/** Takes where huge pages are counted (`hugetlb`), gives the figures in bytes by the size of a page: "2MB". */
export function hugePageFigures(sys: Sys, place: Place | undefined) {
  if (place === undefined) return {}
  const sizes = entriesOf(sys, place.path).flatMap(({ name }) => LIMIT.exec(name)?.[1] ?? [])
  const rows = sizes.sort().map((size) => [size, ofSize(place, `hugetlb.${size}`)] as const)
  return Object.fromEntries(rows)
}

/** The file of a limit, which each size of pages has one of, in either version. */
const LIMIT = /^hugetlb\.([^.]+)\.(?:max|limit_in_bytes)$/

/** Since 5.7 pages are counted when they are reserved, too, which is when a limit is met. */
function ofSize(place: Place, name: string) {
  const read = (file: string) => figure(place.text(`${name}.rsvd.${file}`) || place.text(`${name}.${file}`))
  if (place.version === 1)
    return {
      usage: unless0(read('usage_in_bytes')),
      max: unless0(read('max_usage_in_bytes')),
      failcnt: read('failcnt'),
    }
  return { usage: unless0(read('current')), failcnt: keyed(place.text(`${name}.events`))['max'] ?? 0n }
}
