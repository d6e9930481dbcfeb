// What the picture in the README shows: a few commands on two bundles, run at a terminal by the built executable. Only the
// names of the directory and of the container are other ones than they were.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { TerminalSession } from '#tests/engines/terminal.ts'
import { COLOURS } from '../screen.ts'

/** Where the commands run: an empty directory whose own name may be that of a container. */
export interface Stage {
  readonly dir: string
  readonly name: string
  readonly binary: string
}

interface Scene {
  readonly command: readonly string[]
  /** The first line of the part that is shown, and how many lines that has; everything where it is left out. */
  readonly part?: { readonly from: RegExp; readonly lines: number }
}

const SHOWN_DIR = '/srv'
const SHOWN_NAME = 'web'

const scenes = (name: string): readonly Scene[] => [
  { command: ['doctor'], part: { from: /^namespaces$/, lines: 4 } },
  { command: ['validate', 'draft'] },
  // Before "run", which makes the directory that is looked for.
  { command: ['explain', 'web'], part: { from: /^make mounts\[1\]/, lines: 6 } },
  { command: ['run', '--bundle', 'web', name] },
]

const CONFIG = {
  ociVersion: '1.0.2',
  process: { args: ['sh'], cwd: '/', env: ['PATH=/bin'] },
  root: { path: 'rootfs' },
  linux: { namespaces: ['pid', 'mount', 'network', 'ipc', 'uts'].map((type) => ({ type })) },
}
const PROC = { destination: '/proc', type: 'proc', source: 'proc' }

const BUNDLES: Readonly<Record<string, object>> = {
  web: { ...CONFIG, mounts: [PROC, { destination: '/data', type: 'ext5', source: 'none' }] },
  draft: {
    ...CONFIG,
    hostnam: 'web',
    mounts: [PROC, { destination: '/data', type: 'bind', source: '/srv', options: ['rbnd'] }],
  },
}

/** Runs the commands, gives what the terminal has shown of them, with prompts. */
export async function play({ dir, name, binary }: Stage): Promise<string> {
  for (const [bundle, config] of Object.entries(BUNDLES)) {
    mkdirSync(join(dir, bundle, 'rootfs'), { recursive: true })
    writeFileSync(join(dir, bundle, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
  }
  const shown: string[] = []
  for (const { command, part } of scenes(name)) {
    const argv = ['sh', '-c', 'cd "$0" && exec "$@"', dir, binary, '--root', join(dir, 'state'), ...command]
    await using session = new TerminalSession(argv, [116, 30])
    await session.end()
    const lines = session.shown.replaceAll('\r\n', '\n').trimEnd().split('\n')
    const from = part === undefined ? 0 : lines.findIndex((line) => part.from.test(line.replaceAll(COLOURS, '')))
    const taken = part === undefined ? lines : lines.slice(from, from + part.lines)
    const cut = (where: boolean) => (where ? ['\u001b[2m…\u001b[0m'] : [])
    shown.push(`\u001b[2m#\u001b[0m \u001b[1mbunc ${command.join(' ')}\u001b[0m`, ...cut(from > 0), ...taken)
    shown.push(...cut(from + taken.length < lines.length), '')
  }
  return `${shown.join('\n').replaceAll(dir, SHOWN_DIR).replaceAll(name, SHOWN_NAME).trimEnd()}\n`
}
