// Executes what docs/ tell people to type: a block of shell, by a shell, on an engine of the tests. The programs that it
// names are found first in a directory of links and scripts, which give them the arguments that lead to that engine.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { runProgram, SEARCH_PATH } from '#tests/support/spawn.ts'

import { docBlock } from './doc-block.ts'
import { buncPath } from './programs.ts'
import { succeeded } from './succeeded.ts'

/** Where a block is executed. */
export interface Place {
  /** A directory of the test's own. */
  readonly dir: string
  /** For each program that blocks name: what is executed in its place, before the arguments. */
  readonly programs: Readonly<Record<string, readonly string[]>>
  readonly env?: Readonly<Record<string, string>>
  /** Texts of the page that stand for something else here. */
  readonly meaning?: Readonly<Record<string, string>>
}

const BLOCK_LIMIT = 60_000

/** Runs the block of shell of `page` that contains `mark`, which must succeed; gives its standard output, trimmed. */
export async function typeIn({ dir, programs, env, meaning }: Place, page: string, mark: string): Promise<string> {
  const path = join(dir, 'documented')
  mkdirSync(path, { recursive: true })
  for (const [name, argv] of Object.entries({ bunc: [buncPath], ...programs })) {
    const words = argv.map((word) => `'${word}'`).join(' ')
    writeFileSync(join(path, name), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
  }
  const script = Object.entries({ '/usr/local/bin/bunc': buncPath, ...meaning }).reduce(
    (text, [word, other]) => text.replaceAll(word, other),
    docBlock(page, 'sh', mark),
  )
  const options = { limit: BLOCK_LIMIT, env: { ...env, PATH: `${path}:${SEARCH_PATH}` } }
  return succeeded(await runProgram(dir, ['sh', '-ec', script], options))
}
