// A clone of this repository with what a person has who is about to build it, and a shell to type at. Its packages
// are copies of those that are installed here: nothing is downloaded. They are no links, for then Bun would write other
// paths into what it makes of them.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { SEARCH_PATH } from '#tests/support/spawn.ts'
import { REPOSITORY } from './released.ts'

/** What was typed, and how it ended. */
export interface Typed {
  readonly code: number
  /** Both outputs, in their order. */
  readonly output: string
}

/** A clone below a directory. */
export interface Clone {
  readonly path: string
  /** Where `/usr/local/bin` is for what is typed; first in the PATH. */
  readonly bin: string
  /** Types a script at a shell in the clone, with `input` to read. */
  readonly type: (script: string, input?: string) => Typed
}

/** Makes a clone in a directory, which must exist. */
export function makeClone(directory: string): Clone {
  const [path, bin] = [join(directory, 'clone'), join(directory, 'bin')]
  mkdirSync(path)
  mkdirSync(bin)
  // The lockfile must not become newer than the packages: npm would install them again.
  const faithfully = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true }
  for (const entry of readdirSync(REPOSITORY))
    if (entry !== 'dist') cpSync(join(REPOSITORY, entry), join(path, entry), faithfully)
  writeFileSync(join(bin, 'sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
  const node = Bun.which('node')?.replace(/\/node$/, '') ?? ''
  const env = { ...process.env, PATH: `${bin}:${SEARCH_PATH}:${node}` }
  const type = (script: string, input = '') => {
    const shell = ['bash', '-ec', `exec 2>&1\n${script.replaceAll('/usr/local/bin', bin)}`]
    const { exitCode, stdout } = Bun.spawnSync(shell, { cwd: path, env, stdin: Buffer.from(input) })
    return { code: exitCode, output: stdout.toString() }
  }
  return { path, bin, type }
}
