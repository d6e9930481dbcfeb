// The commands for people: as root and as an ordinary user, at a terminal and in a pipe, each ends with the right code, says
// the same, and leaves nothing. They run on every machine where these tests run, of whatever kernel.

import { afterAll, beforeAll, expect } from 'bun:test'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { TerminalSession } from '#tests/engines/terminal.ts'
import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, needing } from '#tests/support/container-test.ts'
import { screen } from '#tests/support/screen.ts'

const ALONE = [lacks('runc', 'has no such command'), lacks('crun', 'has no such command')]

/** A user that nobody has. */
const USER = 54_322
const USERS = {
  root: [],
  'an ordinary user': ['setpriv', '--reuid', String(USER), '--regid', String(USER), '--clear-groups'],
} as const
type User = keyof typeof USERS

/** A copy that every user can reach: the repository may lie in a directory of root's own. */
let programs = ''

beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'bunc-test-programs-'))
  chmodSync(programs, 0o755)
})

afterAll(() => rmSync(programs, { recursive: true, force: true }))

function commandOf(box: Box): readonly string[] {
  const copy = join(programs, box.runtime.name)
  if (!existsSync(copy)) copyFileSync(box.runtime.argv.at(-1) ?? '', copy)
  chmodSync(copy, 0o755)
  return [...box.runtime.argv.slice(0, -1), copy]
}

interface Expected {
  readonly code: number
  /** What is said, on either stream, without colours. */
  readonly says: RegExp
}

interface Row {
  readonly title: string
  readonly args: (box: Box) => readonly string[]
  readonly as: Readonly<Record<User, Expected>>
}

const FOR_ALL = (expected: Expected) => ({ root: expected, 'an ordinary user': expected })
const NO_BUNDLE = FOR_ALL({
  code: 1,
  says: /^bunc: Cannot read "[^"]*": no such file or directory\nhint: a bundle is [^\n]*\n$/,
})

const ROWS: readonly Row[] = [
  {
    title: 'doctor',
    args: () => ['doctor'],
    as: {
      root: { code: 0, says: /\n {2}works {4}mount namespace\n[^]*\n\nContainers can run here\.\n$/ },
      'an ordinary user': {
        code: 0,
        says: /\n {2}limited {2}privilege +bunc runs as user 54322: only [^]*\n\nContainers with a user namespace can run here; all others need root\.\n$/,
      },
    },
  },
  {
    title: 'doctor --json',
    args: () => ['doctor', '--json'],
    as: FOR_ALL({ code: 0, says: /^\{\n {2}"canRun": true,\n {2}"diagnoses": \[\n/ }),
  },
  {
    title: 'selftest',
    args: () => ['selftest'],
    as: {
      root: { code: 0, says: /^TAP version 14\n1\.\.(\d+)\n[^]*\nok \1 - [^\n]*\n$/ },
      'an ordinary user': {
        code: 1,
        says: /^bunc: Cannot make containers to test: operation not permitted\nhint: this needs root: sudo bunc selftest\n$/,
      },
    },
  },
  {
    title: 'explain',
    args: (box) => ['explain', box.bundleDir],
    as: FOR_ALL({ code: 0, says: /\nmake mounts\[0\], "proc" on "\/proc" {3}\[[^]*\n\n\d+ system calls\n$/ }),
  },
  {
    title: 'explain of no bundle',
    args: (box) => ['explain', box.path('nowhere')],
    as: NO_BUNDLE,
  },
  {
    title: 'validate',
    args: (box) => ['validate', box.bundleDir],
    as: FOR_ALL({ code: 0, says: /config\.json: (no problems|\d+ warnings?)\n$/ }),
  },
  {
    title: 'validate of no bundle',
    args: (box) => ['validate', box.path('nowhere')],
    as: NO_BUNDLE,
  },
  {
    title: 'install --dry-run',
    args: (box) => ['install', '--dry-run', '--config', box.path('daemon.json'), 'docker'],
    as: FOR_ALL({ code: 0, says: /daemon\.json: would be changed\n\+ \{\n\+ {3}"runtimes": \{\n/ }),
  },
  {
    title: 'install where nobody but root may write',
    args: () => ['install', '--config', '/proc/daemon.json', 'docker'],
    as: {
      root: { code: 1, says: /^bunc: Cannot change "\/proc\/daemon\.json": [^\n]* = ENOENT [^\n]*\n$/ },
      'an ordinary user': { code: 1, says: /^bunc: Cannot change "\/proc\/daemon\.json": [^\n]* = E\w+ [^\n]*\n$/ },
    },
  },
]

const LIMIT = 60_000

async function atTerminal(argv: readonly string[]): Promise<{ code: number; said: string }> {
  await using session = new TerminalSession(argv, [400, 30])
  const code = await session.end()
  return { code, said: screen(session.shown.replaceAll('\r\n', '\n')) }
}

for (const { title, args, as } of ROWS)
  for (const user of ['root', 'an ordinary user'] as const)
    containerTest(
      `${title} by ${user} says what is so, at a terminal and in a pipe`,
      async (box) => {
        box.configure({ process: { args: ['true'] } })
        chmodSync(box.bundleDir, 0o755)
        const { code, says } = as[user]
        const argv = [...USERS[user], ...commandOf(box), ...args(box)]
        const { stdout, stderr, ...piped } = await box.program(argv, { limit: LIMIT })
        expect(stdout + stderr).toMatch(says)
        expect(piped.code).toBe(code)
        expect(stdout + stderr).not.toContain('\u001b')
        const seen = await atTerminal(argv)
        expect(seen.said).toMatch(says)
        expect(seen.code).toBe(code)
      },
      ...(user === 'root' ? [] : [needing('userns')]),
      ...ALONE,
    )
