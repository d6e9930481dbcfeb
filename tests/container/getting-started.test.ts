// docs/getting-started.md: its commands, typed one after the other, print what the page says.

import { expect } from 'bun:test'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { Box } from '#tests/support/box.ts'
import { commandsOf, isShown } from '#tests/support/console-blocks.ts'
import { needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { runtimes } from '#tests/support/runtime.ts'
import { SEARCH_PATH } from '#tests/support/spawn.ts'

const { test } = needs('root', 'bunc', 'busybox')
const PAGE = join(import.meta.dir, '../../docs/getting-started.md')

test('what docs/getting-started.md shows happens when it is typed', async () => {
  const bunc = runtimes.find(({ name }) => name === 'bunc')
  if (bunc === undefined) throw new Error('Cannot test what is not built')
  const box = new Box(bunc)
  try {
    const programs = box.path('bin')
    mkdirSync(programs)
    symlinkSync(resolve(BINARY), join(programs, 'real-bunc'))
    // The containers of the page must not meet others of the host.
    writeFileSync(join(programs, 'bunc'), `#!/bin/sh\nexec real-bunc --root ${box.root} "$@"\n`, { mode: 0o755 })
    writeFileSync(join(programs, 'sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
    const env = { PATH: `${programs}:${SEARCH_PATH}` }
    const commands = commandsOf(readFileSync(PAGE, 'utf8'))
    expect(commands.length).toBeGreaterThan(20)
    for (const { command, output } of commands) {
      const { stdout } = await box.program(['sh', '-c', `cd ${box.dir} && exec 2>&1; ${command}`], { env })
      if (!isShown(stdout, output)) expect(`$ ${command}\n${stdout}`).toBe(`$ ${command}\n${output.join('\n')}\n`)
    }
  } finally {
    await box.destroy()
  }
})
