// What people do wrong most often, really done: the exit code, the line and its hint, that nothing is left, and that
// docs/troubleshooting.md quotes what is printed. BUNC_UPDATE_GOLDEN=1 writes the quotes anew.
import { afterAll, expect, test } from 'bun:test'
import { chownSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest } from '#tests/support/container-test.ts'
import { CONFIG_MISTAKES } from '#tests/support/mistakes/config.ts'
import { HOOK_MISTAKES } from '#tests/support/mistakes/hooks.ts'
import { IDENTITY_MISTAKES } from '#tests/support/mistakes/identity.ts'
import { LIMIT_MISTAKES } from '#tests/support/mistakes/limits.ts'
import type { Mistake } from '#tests/support/mistakes/mistake.ts'
import { MOUNT_MISTAKES } from '#tests/support/mistakes/mounts.ts'
import { isNoise, isQuoted, quotable, quotedLines, requote, titlesOfPage } from '#tests/support/mistakes/page.ts'
import { PROGRAM_MISTAKES } from '#tests/support/mistakes/program.ts'
import { SECURITY_MISTAKES } from '#tests/support/mistakes/security.ts'

const MISTAKES = [
  ...PROGRAM_MISTAKES,
  ...MOUNT_MISTAKES,
  ...IDENTITY_MISTAKES,
  ...LIMIT_MISTAKES,
  ...SECURITY_MISTAKES,
  ...HOOK_MISTAKES,
  ...CONFIG_MISTAKES,
]

const UPDATING = process.env['BUNC_UPDATE_GOLDEN'] === '1'

/** crun gives the host's null device to root of a user namespace. */
afterAll(() => {
  if (process.getuid?.() === 0) chownSync('/dev/null', 0, 0)
})

/** One line that says all, and at most one hint. */
function checkLine(stderr: string, says: readonly string[]): void {
  const lines = stderr.trimEnd().split('\n')
  expect(lines[0]).toStartWith('bunc: ')
  expect(lines.length).toBeLessThanOrEqual(2)
  if (lines[1] !== undefined) expect(lines[1]).toStartWith('hint: ')
  for (const text of says) expect(stderr).toContain(text)
}

function checkQuote({ title, quoted = true }: Mistake, box: Box, lines: readonly string[]): void {
  const { runtime } = box
  if (!quoted || !isQuoted(runtime) || lines.some(isNoise)) return
  if (UPDATING) requote(title, runtime.name, lines)
  else expect(quotedLines(title, runtime.name)).toEqual(lines)
}

for (const mistake of MISTAKES) {
  const { title, provoke, code = 1, crunCode = code, says, but = [], keeps = false } = mistake
  const check = async (box: Box) => {
    const outcome = await provoke(box)
    expect(outcome.code).toBe(box.runtime.name === 'crun' ? crunCode : code)
    if (box.runtime.name === 'bunc') checkLine(outcome.stderr, says)
    if (!keeps && box.runtime.name === 'bunc') {
      expect(box.stateIds()).toEqual([])
      await box.assertClean()
    }
    checkQuote(mistake, box, quotable(outcome, box))
  }
  containerTest(`a mistake is explained: ${title}`, check, ...but)
}

test('docs/troubleshooting.md has a section for every mistake, and none for anything else', () => {
  expect(titlesOfPage()).toEqual(MISTAKES.map(({ title }) => title))
})
