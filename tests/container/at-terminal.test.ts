// What a person at a terminal sees, and a program at the other end of a pipe does not: colours, tables that fit, progress.
// And what nobody sees, whoever chose it: control characters.

import { expect } from 'bun:test'
import { mkdirSync, rmSync } from 'node:fs'

import { TerminalSession } from '#tests/engines/terminal.ts'
import type { Box } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { COLOURS, ESC, screen } from '#tests/support/screen.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'

const ALONE = [lacks('runc', 'has no colours'), lacks('crun', 'has no colours')]

interface Seen {
  readonly code: number
  /** With newlines as they were written: a terminal puts a return before each. */
  readonly text: string
}

/** Runs a command line at a terminal to its end. */
async function atTerminal(argv: readonly string[], env: Readonly<Record<string, string>> = {}, columns = 400) {
  await using session = new TerminalSession(argv, [columns, 30], env)
  const code = await session.end()
  return { code, text: session.shown.replaceAll('\r\n', '\n') } satisfies Seen
}

const command = (box: Box, ...args: readonly string[]) => [...box.runtime.argv, '--root', box.root, ...args]

/** Each prints to one stream alone, and says what it is made of. */
const COMMANDS: readonly { title: string; args: (box: Box) => readonly string[]; shows: readonly string[] }[] = [
  {
    title: 'an error and its hint',
    args: (box) => ['create', '--bundle', box.path('nowhere'), 'x'],
    shows: [`${ESC}[1;31mbunc:${ESC}[0m Cannot read "`, `: ${ESC}[1m`, `${ESC}[2mhint: a bundle is`],
  },
  {
    title: 'a trace',
    args: () => ['--trace', 'state', 'nobody'],
    shows: [`${ESC}[2mhere:${ESC}[0m ${ESC}[31mopenat(`, ` = ENOENT${ESC}[0m ${ESC}[2m<0.`],
  },
  {
    title: 'doctor',
    args: () => ['doctor'],
    shows: [`${ESC}[1mkernel${ESC}[0m\n`, `  ${ESC}[32mworks${ESC}[0m    openat2\n`],
  },
  {
    title: 'validate',
    args: (box) => ['validate', box.bundleDir],
    shows: [`${ESC}[1;31merror${ESC}[0m: ${ESC}[1mhooks.createRuntime[0].path${ESC}[0m: `],
  },
  {
    title: 'explain',
    args: (box) => ['explain', box.bundleDir],
    shows: [
      `${ESC}[1mmake mounts[0], "proc" on "/proc"${ESC}[0m   ${ESC}[2m[mounts[0], config.json:`,
      ` = ENOENT${ESC}[0m\n`,
    ],
  },
  {
    title: 'install',
    args: (box) => ['install', '--dry-run', '--config', box.path('daemon.json'), 'docker'],
    shows: [`${ESC}[32m+   "runtimes": {${ESC}[0m\n`],
  },
]

/** What has another number each time; of mounts, whatever else happens on the host. */
const steady = (text: string) =>
  text
    .replaceAll(/<\d\.\d+>/g, '<time>')
    .replaceAll(/explained|task \d+|\d+</g, 'N')
    .replaceAll(/(mountinfo>, \d+\)) = \d+/g, '$1 = N')

for (const { title, args, shows } of COMMANDS) {
  containerTest(
    `${title} has colours at a terminal, and the same text without them in a pipe`,
    async (box) => {
      box.configure({ hooks: { createRuntime: [{ path: '/nowhere' }] } })
      const seen = await atTerminal(command(box, ...args(box)))
      for (const part of shows) expect(seen.text).toContain(part)
      // No TERM is what an engine has; with one, it is still a pipe.
      for (const env of [{}, { TERM: 'xterm' }]) {
        const { code, stdout, stderr } = await box.call(args(box), { env })
        expect(steady(stderr + stdout)).toBe(steady(screen(seen.text)))
        expect(code).toBe(seen.code)
      }
    },
    ...ALONE,
  )

  containerTest(
    `${title} has no colours where NO_COLOR is set, nor on a dumb terminal`,
    async (box) => {
      box.configure({ hooks: { createRuntime: [{ path: '/nowhere' }] } })
      const argv = command(box, ...args(box))
      for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '0' }, { TERM: 'dumb' }, { TERM: '' }])
        expect((await atTerminal(argv, env)).text).not.toContain(ESC)
      expect((await atTerminal(argv, { NO_COLOR: '' })).text).toContain(ESC)
    },
    ...ALONE,
  )
}

containerTest(
  'each stream is looked at by itself',
  async (box) => {
    box.configure({ hooks: { createRuntime: [{ path: '/nowhere' }] } })
    const script = '"$0" --root "$1" validate "$2" | cat; "$0" --root "$1" kill nobody'
    const words = [box.runtime.argv.at(-1) ?? '', box.root, box.bundleDir]
    const { text } = await atTerminal(['sh', '-c', script, ...words])
    const [first = '', ...rest] = text.split('\n')
    expect(first).toStartWith('error: hooks.createRuntime[0].path: ')
    expect(rest.join('\n')).toContain(`${ESC}[1;31mbunc:${ESC}[0m `)
    const other = await atTerminal(['sh', '-c', '"$0" validate "$2"; "$0" kill nobody 2>&1 | cat', ...words])
    expect(other.text).toStartWith(`${ESC}[1;31merror`)
    expect(other.text).toContain('\nbunc: Cannot signal')
  },
  ...ALONE,
)

containerTest(
  'list fits a terminal of 40 columns, and cuts neither ids nor pids nor what is the matter',
  async (box) => {
    const pid = await box.running()
    const { text } = await atTerminal(command(box, 'list'), {}, 40)
    const lines = text.replaceAll(COLOURS, '').trimEnd().split('\n')
    expect(lines.map((line) => line.length <= 40)).toEqual([true, true])
    expect(lines.map((line) => line.split(/\s+/).slice(0, 3))).toEqual([
      ['ID', 'PID', 'STATUS'],
      [box.name, String(pid), 'running'],
    ])
    expect(text).toContain(`${ESC}[32mrunning${ESC}[0m`)
  },
  ...ALONE,
)

containerTest(
  'list cuts a bundle on a terminal of 80 columns, and nothing on a wide one or in a pipe',
  async (box) => {
    const long = box.path('a-bundle-with-quite-a-long-name-that-no-line-has-room-for')
    mkdirSync(long)
    writeConfig(long, merge(defaultSpec(box.name), { root: { path: box.rootfs }, process: { args: ['true'] } }))
    await box.ok(['create', '--bundle', long, box.name])
    const [, row = ''] = (await atTerminal(command(box, 'list'), { NO_COLOR: '1' }, 80)).text.split('\n')
    expect(row).toContain('…')
    expect(row.length).toBeLessThanOrEqual(80)
    expect(row).not.toContain(long)
    const wide = (await atTerminal(command(box, 'list'), { NO_COLOR: '1' })).text
    expect(wide.replaceAll(/ +/g, ' ')).toBe((await box.ok(['list'])).replaceAll(/ +/g, ' '))
    expect(wide).toContain(` ${long} `)
  },
  ...ALONE,
)

containerTest(
  'selftest says what it is at, and takes that away; not in a pipe, and not with a log',
  async (box) => {
    const argv = command(box, 'selftest')
    const piped = await box.call(['selftest'], { env: { TERM: 'xterm' }, limit: 30_000 })
    expect({ code: piped.code, stderr: piped.stderr }).toEqual({ code: 0, stderr: '' })
    const seen = await atTerminal(argv)
    expect(seen.text).toMatch(/\r\u001b\[K\u001b\[2m25 of \d+: a container [^\r]*\r\u001b\[K/)
    expect(screen(seen.text)).toBe(piped.stdout)
    const logged = await atTerminal([...box.runtime.argv, '--log', box.path('log'), 'selftest'])
    expect(logged.text).not.toContain('\r')
  },
  ...ALONE,
)

/** Clears the screen, renames the window, and colours, by ESC and by C1 characters; and forges a line. */
const HOSTILE = 'x\u001b[2J\u001b]0;owned\u0007\u009b31m\u0090\u007f\nforged'
/** C0 without the newline and the tab, and C1. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

containerTest(
  'nothing that a container or a config has chosen is obeyed by a terminal, and JSON holds it all the same',
  async (box) => {
    const bundle = box.path(`bundle-${HOSTILE}`)
    mkdirSync(bundle)
    const spec = merge(defaultSpec(box.name), {
      root: { path: box.rootfs },
      process: { args: ['sh', '-c', `sleep 1000; : ${HOSTILE}`] },
      annotations: { 'org.example.hostile': HOSTILE },
    })
    writeConfig(bundle, spec)
    await box.ok(['run', '--detach', '--bundle', bundle, box.name])
    // A state directory that nobody can read is a warning with its name.
    mkdirSync(`${box.root}/${HOSTILE}`)
    const failing = { path: '/bin/sh', args: ['sh', '-c', `printf '%s' '${HOSTILE}' >&2; exit 1`] }
    const broken = box.path(`broken-${HOSTILE}`)
    mkdirSync(broken)
    writeConfig(
      broken,
      merge(spec, { hooks: { createRuntime: [failing] }, linux: { cgroupsPath: `/${box.name}-broken` }, [HOSTILE]: 1 }),
    )

    const seen: Record<string, Seen> = {}
    const commands: Record<string, readonly string[]> = {
      state: ['state', box.name],
      list: ['list'],
      names: ['list', '--quiet'],
      listJson: ['list', '--format', 'json'],
      ps: ['ps', box.name],
      events: ['events', '--stats', box.name],
      create: ['create', '--bundle', broken, 'broken'],
      unknown: ['kill', HOSTILE],
      usage: ['list', `--${HOSTILE}`],
      trace: ['--trace', 'state', HOSTILE],
      debug: ['--debug', '--root', `/tmp/${HOSTILE}`, 'list'],
      validate: ['validate', broken],
      validateJson: ['validate', '--json', broken],
      explain: ['explain', broken],
      explainJson: ['explain', '--json', broken],
      install: ['install', '--dry-run', '--binary', `/${HOSTILE}`, '--config', box.path(HOSTILE), 'docker'],
      doctor: ['doctor'],
    }
    for (const [name, args] of Object.entries(commands))
      seen[name] = await atTerminal(command(box, ...args), { NO_COLOR: '1' })
    const obeyed = Object.entries(seen).flatMap(([name, { text }]) =>
      text
        .split('\n')
        .filter((line) => CONTROLS.test(line) || line.startsWith('forged'))
        .map((line) => [name, line]),
    )
    expect(obeyed).toEqual([])
    // The error line holds what the hook has printed, and the file that is at fault.
    expect(seen['create']?.text).toContain('x\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u0090\\u007f | forged')
    expect(JSON.parse(seen['state']?.text ?? '').annotations['org.example.hostile']).toBe(HOSTILE)
    expect(JSON.parse(seen['state']?.text ?? '').bundle).toBe(bundle)
    // An engine gets it as JSON.stringify writes it.
    const state = await box.ok(['state', box.name], { env: { TERM: 'xterm' } })
    expect(state).toBe(JSON.stringify(JSON.parse(state), null, 2))
    expect(state).toContain('\u009b31m')
    rmSync(`${box.root}/${HOSTILE}`, { recursive: true })
  },
  ...ALONE,
)
