// Where errors go beside stderr: to a file, to the journal, to syslog; and what else is told when somebody asks. The
// daemons are listeners of the test, put in the place of the host's in a mount namespace that ends with the command.
import { afterAll, beforeAll, expect } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import { listenAt } from '#tests/support/datagrams.ts'
import { needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { runProgram } from '#tests/support/spawn.ts'
import type { Outcome } from '#tests/support/spawn.ts'

let dir = ''
const { test: withBinary } = needs('bunc')
const { test: privileged } = needs('root', 'bunc')

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const command = (...args: readonly string[]) => [resolve(BINARY), '--root', join(dir, 'state'), ...args]
/** A command that fails, with one line on stderr and a code of 1. */
const FAILING = ['start', 'absent']

const DAEMONS = [
  {
    name: 'journald',
    address: '/run/systemd/journal/socket',
    entry: /^PRIORITY=3\nSYSLOG_IDENTIFIER=engine\nSYSLOG_PID=\d+\nMESSAGE=(.*)\n$/,
  },
  { name: 'syslog', address: '/dev/log', entry: /^<27>.{15} engine\[\d+\]: (.*)$/ },
] as const

/** Executes "$@" where the socket $SOCKET stands at $ADDRESS, whatever the host has there. */
const COVERED = `mount -t tmpfs none "$TOP" && mkdir -p "$PARENT" && : > "$ADDRESS" &&
  mount --bind "$SOCKET" "$ADDRESS" && exec "$@"`

function bunc(args: readonly string[]): Promise<Outcome> {
  return runProgram(dir, command(...args))
}

/** The text of the error that stderr shows, without the name of the program and the hint, which no log has. */
function complaint({ code, stderr }: Outcome): string {
  const shown = /^bunc: (Cannot .*)\nhint: .*\n$/
  expect([code, stderr]).toEqual([1, expect.stringMatching(shown)])
  return shown.exec(stderr)?.[1] ?? ''
}

for (const { name, address, entry } of DAEMONS) {
  privileged(`--log ${name}:ID sends an error to that daemon, once, with the text of stderr`, async () => {
    const socket = join(dir, name)
    using daemon = listenAt(socket)
    const env = { SOCKET: socket, ADDRESS: address, PARENT: dirname(address), TOP: `/${address.split('/')[1]}` }
    const failing = command('--log', `${name}:engine`, '--log-format', 'json', ...FAILING)
    const outcome = await runProgram(dir, ['unshare', '--mount', 'sh', '-c', COVERED, 'sh', ...failing], { env })
    const datagrams = daemon.take()
    expect(datagrams).toEqual([expect.stringMatching(entry)])
    expect(entry.exec(datagrams[0] ?? '')?.[1]).toBe(complaint(outcome))
  })
}

withBinary('--log file:PATH is a file', async () => {
  const outcome = await bunc(['--log', `file:${join(dir, 'named')}`, '--log-format', 'json', ...FAILING])
  const lines = readFileSync(join(dir, 'named'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([complaint(outcome)])
})

privileged('--log to a daemon that is not there changes neither the error nor the code, and says so', async () => {
  const script = 'mount -t tmpfs none /run && exec "$@"'
  const failing = command('--log', 'journald:', ...FAILING)
  const { code, stderr } = await runProgram(dir, ['unshare', '--mount', 'sh', '-c', script, 'sh', ...failing])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^bunc: Cannot .*"absent".*\nhint: .*\nbunc: Cannot write the log: connect\(.*\) = ENOENT.*\n$/,
  )
})

withBinary('--debug tells of the beginning and the end of a command: to the log, or else to stderr', async () => {
  const file = join(dir, 'debug')
  const told = /list\\?" begins[^]*list\\?" ends with exit code 0/
  for (const flags of [['--debug'], ['--log-level', 'debug']]) {
    const shown = await bunc([...flags, 'list', '--quiet'])
    expect([shown.code, shown.stdout, shown.stderr]).toEqual([0, '', expect.stringMatching(told)])
    const logged = await bunc([...flags, '--log', file, 'list', '--quiet'])
    expect([logged.code, logged.stderr]).toEqual([0, ''])
    expect(readFileSync(file, 'utf8')).toMatch(told)
  }
})

for (const level of ['error', 'warning', 'info']) {
  withBinary(`--log-level ${level} logs an error, and nothing of a command that does well`, async () => {
    const file = join(dir, level)
    await bunc(['--log-level', level, '--log', file, 'list'])
    expect(existsSync(file)).toBe(false)
    const outcome = await bunc(['--log-level', level, '--log', file, ...FAILING])
    expect(readFileSync(file, 'utf8')).toContain(`level=error msg=${JSON.stringify(complaint(outcome))}`)
  })
}
