// Run by output.test.ts as a process of its own: prints what it is asked to, and exits with 3 when that fails.

import { readlinkSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { complain, ensureStdio, print } from '#src/output.ts'

ensureStdio(here)
const nulls = () =>
  [0, 1, 2].flatMap((number) => {
    const file = readlinkSync(`/proc/self/fd/${number}`)
    return file === '/dev/null' ? [`${number} ${file}\n`] : []
  })
const ACTS: Readonly<Record<string, () => void>> = {
  short: () => print(here, 'short\n'),
  long: () => print(here, `${'x'.repeat(1_000_000)}\n`),
  complain: () => complain(here, 'complaint\n'),
  numbers: () => print(here, nulls().join('')),
}
try {
  ACTS[process.argv[2] ?? '']?.()
} catch (error) {
  complain(here, `${error instanceof Error ? error.message : error}\n`)
  process.exit(3)
}
