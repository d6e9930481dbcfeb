// Runs one command of bunc again and again, uncompiled and in this process, each time with another of its system calls
// failing, and writes what came of it as JSON lines: the judging is the test's. A process of its own for each command,
// since a wait that never ends can only be ended from outside.
//
//   bun inject.ts COMMAND DIRECTORY first|all

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

import { ERRNO } from '#ffi/numbers/errno.ts'
import type { Errno } from '#ffi/errno.ts'
import { waitAny } from '#ffi/calls/process.ts'
import { failedWith } from '#ffi/error.ts'
import { linux } from '#ffi/perform/linux.ts'
import { failureText } from '#src/cli/failure-text.ts'
import { parse } from '#src/cli/parse.ts'
import { runVerbOf } from '#src/cli/run-verb.ts'
import { SCENARIOS } from './scenarios.ts'
import { FAILS_WITH } from './errnos.ts'
import { type Imminent, interpose } from './interpose.ts'
import type { Injected } from './injected.ts'

const [command = '', directory = '', extent = 'first'] = Bun.argv.slice(2)
const bundle = `${directory}/bundle`
const store = `${directory}/state`
const scenario = SCENARIOS[command]
if (scenario === undefined) throw new Error(`Cannot inject into "${command}": it has no scenario`)
const { before, args } = scenario
const id = directory.slice(directory.lastIndexOf('/') + 1)

/** What is to fail next, and what has. */
const aim = { nth: 0, rank: 0, asked: 0, hit: '', errno: '' }

interpose((call) => {
  const errno = candidate(call)
  if (aim.nth === 0 || errno === undefined) return 0
  aim.asked += 1
  if (aim.asked !== aim.nth) return 0
  aim.hit = `${call.name}${call.last ? ' of the last batch' : ''}`
  aim.errno = errno
  return ERRNO[errno]
})

/** With which errno a call would fail; undefined where it cannot, or where nothing would come of it. */
function candidate({ name, harmless, last }: Imminent): Errno | undefined {
  const row = Object.entries(FAILS_WITH).find(([key]) => key === name)?.[1]
  if (row === undefined) throw new Error(`Cannot let "${name}" fail: tests/faults/errnos.ts has no row for it`)
  // A copy of a descriptor finds room where the opening of files has just found it.
  if (last && name === 'fcntl') return undefined
  // Of the last batch nobody but the kernel can say how it failed, and it says ENOMEM: see interpose.ts.
  const errno = last && row.length > 0 && aim.rank === 0 ? 'ENOMEM' : last ? undefined : row[aim.rank]
  return errno === undefined || harmless.includes(ERRNO[errno]) ? undefined : errno
}

/** One command line, as main.ts would run it. */
async function bunc(...words: readonly string[]): Promise<{ code: number; message: string; warnings: string[] }> {
  const warnings: string[] = []
  const invoked = parse(['--root', store, ...words])
  const world = {
    kernel: linux,
    cwd: '/',
    store,
    print: () => {},
    warn: (error: unknown) => void warnings.push(failureText(error)),
  }
  try {
    return { code: await runVerbOf(world, invoked), message: '', warnings }
  } catch (error) {
    return { code: 1, message: failureText(error), warnings }
  }
}

async function must(...words: readonly string[]): Promise<void> {
  const { code, message } = await bunc(...words)
  if (code !== 0) throw new Error(`Cannot go on: bunc ${words.join(' ')} fails by itself: ${message}`)
}

const filled = (words: readonly string[]) => words.map((word) => word.replace('ID', id).replace('BUNDLE', bundle))

/** The cgroup of the unit that systemd makes, on a host with cgroup v2. */
const SCOPE = `/sys/fs/cgroup/system.slice/bunc-${id}.scope`

/** A line for each thing of the container that is there. */
function traces(): string[] {
  const cgroups = readdirSync('/sys/fs/cgroup').filter((name) => existsSync(`/sys/fs/cgroup/${name}/${id}`))
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return [
    ...(existsSync('/sys/fs/cgroup/cgroup.procs') && existsSync(`/sys/fs/cgroup/${id}`) ? [`cgroup ${id}`] : []),
    ...cgroups.map((name) => `cgroup ${name}/${id}`),
    ...(existsSync(SCOPE) ? [`cgroup ${SCOPE}`] : []),
    ...mounts.filter((line) => line.includes(`${directory}/`)).map((line) => `mount ${line}`),
    ...(existsSync(store) ? readdirSync(store).map((name) => `state directory ${name}`) : []),
    ...living().map((pid) => `process ${pid}`),
  ]
}

/** Children of this process that have not ended; those that have are reaped. */
function living(): string[] {
  for (;;) {
    try {
      if (linux.here(waitAny(['EXITED', 'NOHANG'])) === undefined) break
    } catch (error) {
      if (failedWith(error, 'ECHILD')) break
      throw error
    }
  }
  return readdirSync('/proc/self/task').flatMap((tid) =>
    readFileSync(`/proc/self/task/${tid}/children`, 'utf8').split(' ').filter(Boolean),
  )
}

/** What this process has open, by number and by what it is. */
function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} -> ${readlinkSync(`/proc/self/fd/${fd}`)}`]
    } catch {
      // ENOENT: that of the look itself.
      return []
    }
  })
}

/** Runs the command with its n-th call failing; undefined when it has not that many. */
async function inject(nth: number): Promise<Injected | undefined> {
  for (const words of before) await must(...filled(words))
  const open = descriptors()
  const children = living().length
  Object.assign(aim, { nth, asked: 0, hit: '', errno: '' })
  const { code, message, warnings } = await bunc(...filled(args))
  aim.nth = 0
  const { hit, errno } = aim
  const left = scenario?.makes === true && code !== 0 ? traces() : []
  // What the last batch has met is told by whoever lets the container go.
  const later = scenario?.after === undefined || code !== 0 ? undefined : await bunc(...filled(scenario.after))
  // The first process of a pid namespace ends after all others are reaped, which is up to their parent: this process.
  if (scenario?.makes !== true) await until(() => living().length <= children)
  await must('delete', '--force', id)
  await until(() => traces().length === 0)
  const leaked = descriptors().filter((entry) => !open.includes(entry))
  if (hit === '') return undefined
  return {
    nth,
    call: hit,
    errno,
    code,
    message,
    warnings,
    later: later?.message ?? '',
    left,
    remains: traces(),
    leaked,
  }
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!done() && performance.now() < end) await Bun.sleep(1)
}

const PATIENCE_MS = 5_000

/** The session keyrings that containers of this id had. All have one name, so it is enough to look in the end. */
const keyrings = () =>
  readFileSync('/proc/keys', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`_ses.${id}`))

// Once without a fault: what Bun and bunc make at first use stays.
await inject(Number.MAX_SAFE_INTEGER)
const ranks = extent === 'all' ? Math.max(...Object.values(FAILS_WITH).map((row) => row.length)) : 1
for (aim.rank = 0; aim.rank < ranks; aim.rank++)
  for (let nth = 1; ; nth++) {
    // Written before, too: what hangs is what stands last.
    console.error(`fault ${aim.rank}.${nth}`)
    const injected = await inject(nth)
    if (injected === undefined) break
    console.log(JSON.stringify(injected))
  }
/** The units whose name has this id, in whatever state they are. */
function units(): string[] {
  if (scenario?.systemd !== true) return []
  const argv = ['systemctl', 'list-units', '--all', '--plain', '--no-legend', `*${id}*`]
  return Bun.spawnSync(argv).stdout.toString().split('\n').filter(Boolean)
}

await until(() => units().length === 0)
for (const line of units()) console.error(`leaves unit ${line}`)
// The kernel takes a key away in its own time.
await until(() => keyrings().length === 0)
for (const line of keyrings()) console.error(`leaves keyring ${line}`)
