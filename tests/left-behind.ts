// Says what tests have left on this machine, by the names that all of them use: mounts, cgroups, state, directories,
// containers of a running Docker, and processes of the run that BUNC_TEST_RUN names or of the built binary.
//
//   bun tests/left-behind.ts            prints it, one thing per line
//   bun tests/left-behind.ts "$before"  prints what is not in that list, and fails where there is any

import { readdirSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { leftovers } from './support/leaks.ts'
import { RUN_VARIABLE, stragglers } from './support/stragglers.ts'

/** How the names of everything begin that a test makes on the host. */
const PREFIX = 'bunc-test-'

function directories(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => `directory ${join(tmpdir(), name)}`)
}

function processes(): string[] {
  const run = process.env[RUN_VARIABLE]
  const marked = run === undefined ? [] : stragglers(RUN_VARIABLE, run).map(({ pid, command }) => `${pid} (${command})`)
  return [...marked, ...runningBinary()].map((entry) => `process ${entry}`)
}

/** A test may give a command an environment of its own, which carries no mark. */
function runningBinary(): string[] {
  const binary = resolve(import.meta.dir, '../dist/bunc')
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && executableOf(pid).startsWith(binary))
    .map((pid) => `${pid} (${binary})`)
}

function executableOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    // ENOENT or ESRCH: the process has ended, or belongs to the kernel.
    return ''
  }
}

function dockerContainers(): string[] {
  if (Bun.which('docker') === null) return []
  const argv = ['docker', 'ps', '--all', '--filter', `name=${PREFIX}`, '--format', 'container {{.Names}}']
  const { success, stdout } = Bun.spawnSync(argv, { stderr: 'ignore', timeout: 10_000 })
  return success ? stdout.toString().split('\n').filter(Boolean) : []
}

const known = Bun.argv[2]
const found = [...leftovers({ name: PREFIX, sessions: [] }), ...directories(), ...processes(), ...dockerContainers()]
const fresh = found.filter((line) => !known?.split('\n').includes(line))
for (const line of fresh) console.log(known === undefined ? line : `Left behind: ${line}`)
if (known !== undefined && fresh.length > 0) process.exitCode = 1
