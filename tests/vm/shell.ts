// Runs one command in a machine, for people. /share has bunc, if it is built, and the parts of the repository that
// running tests takes.
//
//   bun tests/vm/shell.ts [--systemd] [--qemu] [--arch aarch64] [--timeout SECONDS] [--files DIR] -- COMMAND...
//
// Several arguments are a command line, a single one is a shell script. Exits as the command does; what it leaves in
// $VM_FILES is copied to DIR.
import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { boot } from './boot.ts'
import { KINDS, type Kind } from './machine.ts'
import { buncFor, repositoryShare } from './subject.ts'

const { values, positionals } = parseArgs({
  options: {
    systemd: { type: 'boolean', default: false },
    qemu: { type: 'boolean', default: false },
    arch: { type: 'string', default: 'x86_64' },
    files: { type: 'string' },
    timeout: { type: 'string', default: '600' },
  },
  allowPositionals: true,
})

function chosenKind(): Kind {
  if (values.arch === 'aarch64') return KINDS.aarch64
  if (values.qemu) return values.systemd ? KINDS.qemuSystemd : KINDS.qemu
  return values.systemd ? KINDS.umlSystemd : KINDS.uml
}

function share(): Record<string, string> {
  const bunc = buncFor(chosenKind().arch)
  return { ...repositoryShare(), ...(existsSync(bunc) ? { bunc } : {}) }
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

const [script, ...words] = positionals
if (script === undefined) throw new Error('Cannot run a command in a machine: none is given')
const command = words.length === 0 ? script : positionals.map(shellQuoted).join(' ')
using outcome = await boot({
  kind: chosenKind(),
  command: `export BUNC_TEST_BINARY=/share/bunc\n${command}`,
  timeoutSeconds: Number(values.timeout),
  share: share(),
  onOutput: (text) => process.stdout.write(text),
})
if (values.files !== undefined) await cp(outcome.files, values.files, { recursive: true })
console.error(`vm: exit code ${outcome.exitCode} after ${outcome.seconds.toFixed(1)} s`)
process.exitCode = outcome.exitCode
