// Lists of CPUs and memory nodes as people write them, "0-3,7", and as the kernel takes them: a bit for each.

import { Failure } from '#src/failure.ts'

/** More than any kernel is built for; a list with a typing error must not cost memory. */
const MOST = 65_536
const WORD = 64

/** Takes a list that the config's rules have let pass, gives its bits in whole 64-bit words; none for an empty list. */
export function bitmap(list: string): Uint8Array {
  if (list === '') return new Uint8Array()
  const ranges = list.split(',').map((part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return { first, last }
  })
  const highest = Math.max(...ranges.map(({ last }) => last))
  if (highest >= MOST) throw new Failure(`${highest} is more than ${MOST - 1}`)
  const bits = new Uint8Array((Math.floor(highest / WORD) + 1) * (WORD / 8))
  for (const { first, last } of ranges)
    for (let i = first; i <= last; i++) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7))
  return bits
}
