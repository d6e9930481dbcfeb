// bunc runs as root in a directory that the author of an image may have filled, with the environment of whoever called
// it. Bun, which it is compiled with, takes orders from both: here every one of them is given, and must change nothing.
// LD_* and GLIBC_TUNABLES are not here: the dynamic loader obeys them in any program that is not setuid.

import { afterAll, beforeAll, expect } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { Box } from '#tests/support/box.ts'
import { lacks, needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { runtimes } from '#tests/support/runtime.ts'

/** Where the traps are: a directory that a command runs in, and a port that the test listens on. */
interface Traps {
  readonly dir: string
  readonly port: number
}

/** What is tried in each environment; the last one makes a real container. */
const COMMANDS = {
  '--version': () => ['--version'],
  state: () => ['state', 'nothing'],
  // A relative path, so that an order to change the directory would be noticed.
  run: ({ bundleDir, name }) => ['run', '--bundle', join('..', basename(bundleDir)), name],
} as const satisfies Readonly<Record<string, (box: Box) => readonly string[]>>
type Command = keyof typeof COMMANDS

/** What the commands are for: two failures that look alike would prove nothing. */
const EXPECTED: Readonly<Record<Command, object>> = {
  '--version': { code: 0, stdout: expect.stringContaining('version') },
  state: { code: 1, stderr: expect.stringContaining('does not exist') },
  run: { code: 7, stdout: 'from the container\n' },
}

const inspector = ({ port }: Traps) => `ws://127.0.0.1:${port}/hostile`
const script = ({ dir }: Traps) => join(dir, 'trap.js')

/**
 * Orders by variable. Without the patches of compile.ts, those of the first two blocks (Bun; its engine and allocator)
 * change what a command does; those of the third are not seen to, and stand guard over the next version of Bun.
 */
const VARIABLES: readonly ((traps: Traps) => Readonly<Record<string, string>>)[] = [
  (traps) => ({ BUN_OPTIONS: `--preload=${script(traps)}` }),
  (traps) => ({ BUN_OPTIONS: `--require=${script(traps)}` }),
  (traps) => ({ BUN_OPTIONS: `--import=${script(traps)}` }),
  ({ dir }) => ({ BUN_OPTIONS: `--config=${dir}/bunfig.toml` }),
  () => ({ BUN_OPTIONS: '--version' }),
  () => ({ BUN_OPTIONS: '--help' }),
  () => ({ BUN_OPTIONS: '--cwd=/' }),
  ({ dir }) => ({ BUN_OPTIONS: `--cpu-prof --cpu-prof-dir=${dir}/made` }),
  () => ({ BUN_BE_BUN: '1' }),
  (traps) => ({ BUN_INSPECT: inspector(traps) }),
  (traps) => ({ BUN_INSPECT: `${inspector(traps)}?wait=1` }),
  (traps) => ({ BUN_INSPECT_CONNECT_TO: inspector(traps) }),
  (traps) => ({ BUN_INSPECT_PRELOAD: script(traps) }),
  ({ dir }) => ({ BUN_BYTECODE_ORDER_OUT: `${dir}/made` }),
  ({ dir }) => ({ BUN_BYTECODE_ORDER_OUT: `${dir}/made`, BUN_BYTECODE_ORDER_NAMES_OUT: `${dir}/made-too` }),
  ({ dir }) => ({ BUN_BYTECODE_DIGEST_OUT: `${dir}/made` }),

  () => ({ BUN_JSC_useJIT: '0' }),
  () => ({ BUN_JSC_noSuchOption: '1' }),
  () => ({ BUN_JSC_dumpOptions: '3' }),
  ({ dir }) => ({ BUN_JSC_useSamplingProfiler: '1', BUN_JSC_samplingProfilerPath: dir }),
  () => ({ BUN_JSC_useJITDump: '1', BUN_JSC_jitDumpDirectory: '/nonexistent' }),
  () => ({ JavaScriptCoreUseJIT: '0' }),
  () => ({ JSC_SIGNAL_FOR_GC: '9' }),
  () => ({ SIMDUTF_FORCE_IMPLEMENTATION: 'none' }),
  () => ({ MIMALLOC_VERBOSE: '1', MIMALLOC_SHOW_STATS: '1', mimalloc_show_errors: '1' }),
  () => ({ BUN_CONFIG_MAX_HTTP_REQUESTS: 'many' }),

  () => ({ BUN_OPTIONS: '--title=hostile' }),
  ({ port }) => ({ BUN_OPTIONS: `--inspect=127.0.0.1:${port}` }),
  () => ({ BUN_FEATURE_FLAG_NO_ORPHANS: '1' }),
  (traps) => ({ NODE_OPTIONS: `--require=${script(traps)}` }),
  ({ dir }) => ({ NODE_PATH: dir }),
  ({ dir }) => ({ NODE_V8_COVERAGE: `${dir}/made` }),
  () => ({ NODE_DEBUG: 'fs,net,module' }),
  () => ({ NODE_CHANNEL_FD: '2' }),
  () => ({ TZ: '../../hostile' }),
  () => ({ FORCE_COLOR: '1' }),
]

/** Orders by file: what a bundle's directory may hold, by name. */
const FILES: Readonly<Record<string, string>> = {
  'trap.js': `require('fs').writeFileSync(__dirname + '/made', '')\nconsole.log('TRAPPED')\n`,
  'bunfig.toml': 'preload = ["./trap.js"]\n',
  '.env': 'BUN_OPTIONS=--version\nBUN_BE_BUN=1\nPATH=/nonexistent\n',
  '.env.local': 'BUN_INSPECT_PRELOAD=./trap.js\n',
  '.env.production': 'BUN_INSPECT_PRELOAD=./trap.js\n',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "*": ["./trap.js"] } } }\n',
  'package.json': '{ "imports": { "#*": "./trap.js" }, "scripts": { "run": "./trap.js", "state": "./trap.js" } }\n',
  'libc.so.6': 'no library\n',
  'libsystemd.so.0': 'no library\n',
  'nothing.ts': `import './trap.js'\n`,
  'index.ts': `import './trap.js'\n`,
}

const REQUIRED = ['root', 'busybox', 'bunc'] as const
const { test } = needs(...REQUIRED)

let connections = 0
const listener = Bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  socket: { open: () => void connections++, data: () => {} },
})

let box: Box | undefined

beforeAll(() => {
  const bunc = runtimes.find(({ name }) => name === 'bunc')
  if (bunc === undefined || lacks(REQUIRED) !== undefined) return
  box = new Box(bunc)
  box.configure({ process: { args: ['sh', '-c', 'echo from the container; exit 7'] } })
  for (const name of ['traps', 'empty']) mkdirSync(box.path(name))
  const files = { ...FILES, [`${box.name}.ts`]: `import './trap.js'\n` }
  for (const dir of [box.path('traps'), box.bundleDir])
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
})

afterAll(async () => {
  listener.stop(true)
  try {
    await box?.deleteContainers()
    await box?.assertClean()
  } finally {
    await box?.destroy()
  }
})

/** The box of all tests of this file: none of them may leave a trace in it. */
function open(): Box {
  if (box === undefined) throw new Error('Cannot use the box: there is no dist/bunc')
  return box
}

/** What a caller can see of a command. */
async function seen(command: Command, env: Readonly<Record<string, string>>, cwd: string) {
  const { code, stdout, stderr } = await open().call(COMMANDS[command](open()), { env, cwd })
  return { code, stdout, stderr }
}

/** What the command does in an empty directory, with no order given to it; fails where that is not what it is for. */
async function undisturbed(command: Command) {
  const outcome = await seen(command, {}, open().path('empty'))
  expect(outcome).toMatchObject(EXPECTED[command])
  return outcome
}

/** Whatever a trap may leave in the directories where one stands. */
function traces(): string[] {
  return ['traps', 'bundle', 'empty'].flatMap((name) => readdirSync(open().path(name)))
}

for (const command of commandNames()) {
  for (const order of VARIABLES) {
    const title = Object.entries(order({ dir: 'DIR', port: 0 })).map(([name, value]) => `${name}=${value}`)
    test(`${title.join(' ')} changes nothing of ${command}`, async () => {
      const before = traces()
      connections = 0
      const env = order({ dir: open().path('traps'), port: listener.port })
      expect(await seen(command, env, open().path('traps'))).toEqual(await undisturbed(command))
      expect(traces()).toEqual(before)
      expect(connections).toBe(0)
    })
  }

  for (const place of ['traps', 'bundle'])
    test(`the files of a directory change nothing of ${command} in it (${place})`, async () => {
      const before = traces()
      expect(await seen(command, {}, open().path(place))).toEqual(await undisturbed(command))
      expect(traces()).toEqual(before)
    })

  test(`no name that the executable knows changes anything of ${command}`, async () => {
    const before = traces()
    for (const value of ['1', open().path('traps/trap.js')]) {
      const env = Object.fromEntries(knownNames().map((name) => [name, value]))
      expect(await seen(command, env, open().path('traps'))).toEqual(await undisturbed(command))
    }
    expect(traces()).toEqual(before)
  })
}

function commandNames(): Command[] {
  return Object.keys(COMMANDS).filter((name): name is Command => name in COMMANDS)
}

/** Every word of the executable that Bun could take for the name of one of its variables. */
function knownNames(): string[] {
  return [...new Set(readFileSync(BINARY, 'latin1').match(/\bBUN_[A-Z0-9_]{2,60}/g) ?? [])]
}
