// Many containers made and deleted, one after the other, with either driver: the machine has nothing else to do, so that
// what is left of them shows in what it holds altogether. Runs inside a machine, started by systemd-docker.test.ts.
//
// BUNC_TEST_CYCLES says how many; a thousand take minutes.
import { beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { bpfPrograms } from '#tests/support/bpf-programs.ts'
import { eventually } from '#tests/support/eventually.ts'
import { ok, runtimePath } from './program.ts'

const BUNDLE = '/tmp/many'
const RUNTIME = runtimePath()
const CYCLES = Number(process.env['BUNC_TEST_CYCLES'] ?? 2)
const PATHS = { cgroupfs: '/tested-many', systemd: 'tested.slice:tested:many' } as const

beforeAll(() => {
  ok(['mkdir', '-p', `${BUNDLE}/rootfs/bin`])
  ok(['cp', '/usr/bin/busybox', `${BUNDLE}/rootfs/bin/busybox`])
  ok([RUNTIME, 'spec', '--bundle', BUNDLE])
  ok(['mv', `${BUNDLE}/config.json`, `${BUNDLE}/base.json`])
})

/** One that is created and never runs, and one that runs and is killed, in turn. */
const SCRIPT = `
  for i in $(seq "$1"); do
    "$0" $2 create --bundle ${BUNDLE} many </dev/null >/dev/null || exit 1
    if [ $((i % 2)) = 0 ]; then "$0" start many || exit 1; fi
    "$0" delete --force many || exit 1
  done`

for (const [driver, path] of Object.entries(PATHS)) {
  test(`${CYCLES} containers of the ${driver} driver leave nothing`, async () => {
    const config = await Bun.file(`${BUNDLE}/base.json`).json()
    Object.assign(config.process, { terminal: false, args: ['/bin/busybox', 'sleep', '1000'] })
    Object.assign(config.linux, { cgroupsPath: path })
    Object.assign(config.linux.resources, { memory: { limit: 67_108_864 }, pids: { limit: 50 } })
    await Bun.write(`${BUNDLE}/config.json`, JSON.stringify(config))
    // The first ones have the kernel and systemd load what they need.
    cycle(2, driver)
    await Bun.sleep(500)
    const before = holdings()
    const files = openFiles()
    cycle(CYCLES, driver)
    await eventually('nothing left of the containers', () => Bun.deepEquals(holdings(), before), 5_000).catch(() => {
      expect(holdings()).toEqual(before)
    })
    // Of open files there are always some more or less.
    expect(openFiles() - files).toBeLessThan(CYCLES / 2)
    console.log(`${CYCLES} containers of the ${driver} driver made and deleted`)
  }, 1_800_000)
}

function cycle(times: number, driver: string) {
  const flag = driver === 'systemd' ? '--systemd-cgroup' : '--log-format=text'
  const { exitCode, stderr } = Bun.spawnSync(['sh', '-c', SCRIPT, RUNTIME, String(times), flag], { stdin: 'ignore' })
  if (exitCode !== 0) throw new Error(`Cannot make ${times} containers: ${stderr.toString()}`)
}

/** What the machine holds of the kinds of things that a container is made of. */
function holdings() {
  const units = ok(['systemctl', 'list-units', '--all', '--plain', '--no-legend', 'tested*']).split('\n')
  return {
    programs: bpfPrograms().length,
    mounts: read('/proc/self/mountinfo').split('\n').length,
    cgroups: ok(['find', '/sys/fs/cgroup', '-type', 'd', '-path', '*tested*many*']),
    units: units.filter((line) => !line.startsWith('tested.slice')).join('\n'),
    processes: readdirSync('/proc').filter(isContainers).length,
    states: ok(['ls', `/run/${RUNTIME.split('/').at(-1)}`]),
  }
}

/** Whether a process runs the runtime, or its executor, or is the program of the container. A zombie runs nothing. */
function isContainers(pid: string): boolean {
  try {
    return /bunc|runc|crun|many/.test(readlinkSync(`/proc/${pid}/exe`)) || /many/.test(read(`/proc/${pid}/cgroup`))
  } catch {
    // No process, a thread of the kernel, or one that has just ended.
    return false
  }
}

function read(path: string): string {
  return readFileSync(path, 'utf8')
}

function openFiles(): number {
  return Number(read('/proc/sys/fs/file-nr').split('\t')[0])
}
