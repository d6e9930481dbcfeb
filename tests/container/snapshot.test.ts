// Where bunc has a snapshot, its hot commands begin as a copy of a process that has loaded them; and everything works the
// same where that is not wanted or not possible. A process that starts anew makes an epoll(7) instance, a copy does not.

import { afterAll, beforeAll, expect } from 'bun:test'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

import { SNAPSHOT } from '#ffi/snapshot/layout.ts'
import { PAGE } from '#ffi/snapshot/numbers.ts'
import { SLEEP } from '#src/build.ts'
import { original } from '#src/snapshot/image.ts'
import { makeRootfs, writeConfig } from '#tests/support/bundle.ts'
import { needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { requestIn } from '#tests/support/snapshot-of.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'
import { type Outcome, runProgram, type SpawnOptions } from '#tests/support/spawn.ts'

const { test } = needs('snapshot', 'strace')

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

/**
 * How a command ended, whether it started anew, and how many functions the engine has linked in it: of each it notes when
 * that was, by a clock that it asks for nothing else.
 */
async function traced(
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<{ outcome: Outcome; anew: boolean; linked: number }> {
  const file = join(dir, 'strace')
  // Without -f: hooks and containers are none of this.
  const strace = ['strace', '-o', file, '-e', 'trace=epoll_create1,clock_gettime']
  const outcome = await runProgram(dir, [...strace, ...argv], options)
  const calls = readFileSync(file, 'utf8')
  return { outcome, anew: calls.includes('epoll_create1('), linked: calls.split('CLOCK_MONOTONIC_COARSE').length - 1 }
}

/** As `traced`, of what should be a copy. The kernel puts the stack of one start in two thousand where the copy's must be. */
async function copied(argv: readonly string[], options: SpawnOptions = {}): ReturnType<typeof traced> {
  const first = await traced(argv, options)
  return first.anew ? traced(argv, options) : first
}

const bunc = (...args: readonly string[]) => [resolve(BINARY), '--root', join(dir, 'state'), ...args]
const told = ({ code, stdout, stderr }: Outcome) => ({ code, stdout, stderr })

const HOT = [['--version'], ['list'], ['state', 'absent'], ['kill', 'absent'], ['delete', 'absent'], ['list', '--quit']]

for (const args of HOT)
  test(`"bunc ${args.join(' ')}" is a copy, and says what it says anew`, async () => {
    const copy = await copied(bunc(...args))
    const other = await traced(bunc(...args), { env: { BUNC_COLD: '1' } })
    expect([copy.anew, other.anew]).toEqual([false, true])
    expect(told(copy.outcome)).toEqual(told(other.outcome))
  })

test('what it was started with is found, however close to the end of the stack it lies', async () => {
  const short = 'b'
  copyFileSync(BINARY, join(dir, short))
  // Behind the last variable stand the path and eight zeros alone: as many lengths as the widest register has bytes.
  const loop = `for i in $(seq 64); do x=x$x; env -i V=$x ./${short} --version >&2 || exit; done; echo $i`
  const { code, stdout } = await runProgram(dir, ['sh', '-c', loop], { cwd: dir })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '64\n' })
})

/** Does every hot command with a container, gives how many functions each has linked. */
async function life(bundle: string, id: string): Promise<Map<string, number>> {
  const linked = new Map<string, number>()
  const count = async (command: string, ...args: readonly string[]) => {
    const { outcome, ...rest } = await traced(bunc(command, ...args))
    expect([command, outcome.code, outcome.stderr]).toEqual([command, 0, ''])
    linked.set(command, rest.anew ? Number.POSITIVE_INFINITY : rest.linked)
  }
  writeConfig(bundle, merge(defaultSpec(id), { process: { args: ['true'] } }))
  await count('run', '--bundle', bundle, id)
  writeConfig(bundle, merge(defaultSpec(id), { process: { args: ['sh', '-c', 'read line < /dev/zero'] } }))
  await count('create', '--bundle', bundle, '--pid-file', join(dir, 'pid'), id)
  for (const command of ['state', 'start', 'ps', 'pause', 'resume']) await count(command, id)
  await count('list')
  await count('exec', id, 'true')
  await count('kill', id, 'KILL')
  await count('delete', '--force', id)
  return linked
}

test('what a hot command does has been done for practice: a copy links no function', async () => {
  const bundle = join(dir, 'bundle')
  mkdirSync(bundle)
  makeRootfs(join(bundle, 'rootfs'))
  // Now and then one must wait for the kernel, which is not practised, or begins anew: then it has another try.
  let left: readonly string[] = ['all']
  for (let lives = 0; lives < 4 && left.length > 0; lives++) {
    const linked = await life(bundle, basename(dir))
    const some = [...linked].filter(([, count]) => count > 0).map(([command]) => command)
    left = lives === 0 ? some : left.filter((command) => some.includes(command))
  }
  // What nobody practises is seen.
  expect((await copied(bunc('kill', 'absent', 'KILL'))).linked).toBeGreaterThan(0)
  expect(left).toEqual([])
})

/** What a command asks for before it goes on (MADV_POPULATE_WRITE), as strace shows it. */
async function prefaults(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const file = join(dir, 'strace')
  const strace = ['strace', '-o', file, '-v', '-s', '4096', '-e', 'trace=process_madvise,madvise']
  await runProgram(dir, [...strace, ...argv], { env })
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => /MADV_POPULATE_WRITE|0x17/.test(line))
}

test('a copy has the pages that its command writes to before it goes on', async () => {
  const [state, list] = [await prefaults(bunc('state', 'absent')), await prefaults(bunc('list'))]
  for (const asked of [state, list]) {
    // All at once; of itself, a process may ask for that since Linux 6.14.
    const [once = '', ...each] = asked
    expect(once).toStartWith('process_madvise(')
    if (once.includes(' = -1 ')) expect(each.filter((line) => line.endsWith(' = 0')).length).toBeGreaterThan(50)
    else expect([Number(/ = (\d+)$/.exec(once)?.[1]) > 100 * PAGE, each]).toEqual([true, []])
  }
  // Another command, other pages; and none where no word is one, or nothing is copied.
  expect(list).not.toEqual(state)
  expect(await prefaults(bunc('--help'))).toEqual([])
  expect(await prefaults(bunc('list'), { BUNC_COLD: '1' })).toEqual([])
})

for (const [name, value] of [
  ['BUNC_COLD', '0'],
  ['BUNC_COLD', '11'],
  ['BUNC_COLDER', '1'],
  ['XBUNC_COLD', '1'],
] as const)
  test(`${name}=${value} is no order to start anew`, async () => {
    const { anew, outcome } = await copied(bunc('list'), { env: { [name]: value } })
    expect([outcome.code, anew]).toEqual([0, false])
  })

test('a rare command starts anew by itself, with the same words in the same place', async () => {
  const { outcome, anew } = await traced(bunc('spec', '--rootless'), { cwd: dir })
  expect([outcome.code, anew]).toEqual([0, true])
  expect(JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')).process.args).toEqual(['sh'])
})

test('where an address of the copy is taken, bunc starts anew', async () => {
  // The stack of a process whose addresses are not chosen at random lies where that of the copy lay.
  const { outcome, anew } = await traced(['setarch', '--addr-no-randomize', ...bunc('list')])
  expect([outcome.code, outcome.stderr, anew]).toEqual([0, '', true])
})

test('where ld.so is missing, who must begin anew says so', async () => {
  const root = join(dir, 'root')
  mkdirSync(root)
  copyFileSync(BINARY, join(root, 'bunc'))
  // Without /proc it cannot be a copy.
  const { outcome } = await traced(['chroot', root, '/bunc', '--version'])
  expect(told(outcome)).toEqual({ code: 127, stdout: '', stderr: 'bunc: Cannot load ld.so\n' })
})

test('where little memory may be had, bunc starts anew, and fails as it always did', async () => {
  const limited = ['prlimit', '--as=1000000000', '--', ...bunc('--version')]
  const { outcome } = await traced(limited)
  expect(told(outcome)).toEqual(told((await traced(limited, { env: { BUNC_COLD: '1' } })).outcome))
})

test('on another processor, bunc starts anew', async () => {
  const image = readFileSync(BINARY)
  const at = (requestIn(image) ?? 0) + SNAPSHOT.processor
  image[at] = (image[at] ?? 0) ^ 1
  const file = join(dir, 'for-another-processor')
  writeFileSync(file, image)
  chmodSync(file, 0o755)
  const { outcome, anew } = await traced([file, '--version'])
  expect([outcome.code, anew]).toEqual([0, true])
})

test('the environment is that of the process, not that of the one that was copied', async () => {
  const env = { TERM: 'xterm', NOTIFY_SOCKET: '@none', LISTEN_FDS: 'many' }
  const copy = await copied(bunc('run', '--bundle', dir, 'absent'), { env })
  const other = await traced(bunc('run', '--bundle', dir, 'absent'), { env: { ...env, BUNC_COLD: '1' } })
  expect([copy.anew, other.anew]).toEqual([false, true])
  expect(told(copy.outcome)).toEqual(told(other.outcome))
})

test('a copy has as much of a stack: what is nested too deeply is an error, and no crash', async () => {
  const depth = 20_000
  const config = `{"annotations":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`
  writeFileSync(join(dir, 'config.json'), config)
  const copy = await copied(bunc('create', '--bundle', dir, 'deep'))
  const other = await traced(bunc('create', '--bundle', dir, 'deep'), { env: { BUNC_COLD: '1' } })
  expect([copy.outcome.code, copy.anew, other.anew]).toEqual([1, false, true])
  expect(told(copy.outcome)).toEqual(told(other.outcome))
})

test('the word that puts a process to sleep is no command', async () => {
  for (const BUNC_COLD of ['0', '1']) {
    const { outcome } = await traced(bunc(SLEEP), { env: { BUNC_COLD } })
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining(`Unknown command "${SLEEP}"`)])
  }
})

test('"snapshot" writes an executable that starts as a copy, from one that has a snapshot or has none', async () => {
  const [first, second] = [join(dir, 'first'), join(dir, 'second')]
  const taken = await runProgram(dir, bunc('snapshot', '--output', 'first'), { cwd: dir })
  expect(told(taken)).toEqual({ code: 0, stdout: expect.stringContaining(`${first}: `), stderr: '' })
  // Over itself, for a second one.
  copyFileSync(first, second)
  expect(await runProgram(dir, [second, 'snapshot'])).toMatchObject({ code: 0, stderr: '' })
  const bare = join(dir, 'bare')
  writeFileSync(bare, original(readFileSync(second)), { mode: 0o755 })
  const verdicts: Promise<string>[] = [second, bare].map(async (file) => {
    const { stdout } = await runProgram(dir, [file, 'doctor'])
    return /^ +(\w+) +snapshot /m.exec(stdout)?.[1] ?? 'none'
  })
  expect(await Promise.all(verdicts)).toEqual(['works', 'limited'])
  const one = await copied([first, '--version'])
  const two = await copied([second, '--version'])
  const none = await traced([bare, '--version'])
  expect([one.anew, two.anew, none.anew]).toEqual([false, false, true])
  expect([told(one.outcome), told(two.outcome)]).toEqual([told(none.outcome), told(none.outcome)])
  expect(readdirSync(dir).filter((name) => name.includes('practice'))).toEqual([])
})

test('"snapshot" that cannot be written is one line, and leaves nothing', async () => {
  const { code, stdout, stderr } = await runProgram(dir, bunc('snapshot', '-o', join(dir, 'none/bunc')))
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^bunc: Cannot take a snapshot for ".*none\/bunc": .*ENOENT.*\n$/)
  mkdirSync(join(dir, 'taken'))
  const over = await runProgram(dir, bunc('snapshot', '-o', join(dir, 'taken')))
  expect([over.code, over.stderr.split('\n').length]).toEqual([1, 2])
  expect(readdirSync(dir).filter((name) => name.includes('practice'))).toEqual([])
})

test('"snapshot" of an ordinary user says what it could not practise, and starts as a copy', async () => {
  const place = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  try {
    chmodSync(place, 0o777)
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    const taken = await runProgram(dir, [...user, resolve(BINARY), 'snapshot', '--output', join(place, 'bunc')])
    expect([taken.code, taken.stderr]).toEqual([
      0,
      expect.stringMatching(/^bunc: warning: Not all commands could be practised: .*EPERM.*\n$/),
    ])
    expect((await copied([join(place, 'bunc'), '--version'])).anew).toBe(false)
    expect(readdirSync(place)).toEqual(['bunc'])
  } finally {
    rmSync(place, { recursive: true })
  }
})
