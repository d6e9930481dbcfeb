// The executor's listing on both architectures, as golden files: a change of the machine code is a change that a reviewer
// reads. `BUNC_UPDATE_GOLDEN=1 bun test tests/unit/ffi/executor/program.test.ts` writes them anew.

import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { listingText, MACHINES } from './listing.ts'

test.each(MACHINES)('the program on %s is the one that was reviewed', (machine) => {
  const file = join(import.meta.dir, `${machine}.lst`)
  const text = listingText(machine)
  if (process.env['BUNC_UPDATE_GOLDEN'] === '1') writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
})
