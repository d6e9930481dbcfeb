// The machines themselves: what a command gives back, what each kind of machine has, how a failed machine is told from
// a failed command, and that nothing stays behind.
import { afterAll, expect } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { boot } from './boot.ts'
import { machineTest } from './machine-test.ts'
import { CommandTimeout, KINDS, MachineFailure, type Job, type Kind } from './machine.ts'

const directory = mkdtempSync(`${tmpdir()}/bunc-test-boot-`)
afterAll(() => rmSync(directory, { recursive: true }))

function job(kind: Kind, command: string, more: Partial<Job> = {}): Job {
  return { kind, command, timeoutSeconds: 60, ...more }
}

machineTest('x86_64', 'a machine of User-mode Linux gives exit code, output and files of its command back', () =>
  roundTrip(KINDS.uml, 'cpu io memory pids'),
)

machineTest('x86_64', 'a machine of QEMU gives exit code, output and files of its command back', () =>
  roundTrip(KINDS.qemu, 'cpuset cpu io memory hugetlb pids rdma misc'),
)

machineTest('x86_64', 'a machine with systemd is up, with no unit failed, when its command runs', async () => {
  const command = 'cat /proc/1/comm; systemctl is-active multi-user.target; systemctl --failed --quiet'
  using outcome = await boot(job(KINDS.umlSystemd, command))
  expect(outcome.output).toBe('systemd\nactive\n')
})

machineTest('x86_64', 'a command that a signal ended gives 128 and its number, whatever else still runs', async () => {
  using outcome = await boot(job(KINDS.uml, 'sleep 1000 & kill -TERM $$'))
  expect(outcome.exitCode).toBe(143)
})

machineTest('x86_64', 'a command that takes too long is an error of its own, with the output so far', async () => {
  const slow = 'echo so far; trap "" TERM; while :; do sleep 1; done'
  const failure = await failureOf(job(KINDS.uml, slow, { timeoutSeconds: 2 }))
  expect(failure).toBeInstanceOf(CommandTimeout)
  expect(String(failure)).toContain('so far')
})

machineTest('x86_64', 'a machine that dies is tried once more and is then a failure of the machine', async () => {
  const attempts: string[] = []
  const onOutput = (text: string) => attempts.push(text)
  const failure = await failureOf(job(KINDS.uml, 'echo alive; sleep 1; busybox poweroff -f', { onOutput }))
  expect(failure).toBeInstanceOf(MachineFailure)
  expect(attempts.join('')).toBe('alive\nalive\n')
})

machineTest('x86_64', 'a machine whose host side is killed leaves no process and no mount behind', async () => {
  const host = shell('echo up; sleep 1000')
  for await (const chunk of host.stdout) if (Buffer.from(chunk).includes('up')) break
  expect(traces()).not.toEqual([])
  host.kill('SIGKILL')
  for (let tries = 0; tries < 100 && traces().length > 0; tries++) await Bun.sleep(50)
  expect(traces()).toEqual([])

  // Its files it can remove no more: the next machine does, when they are an hour old.
  const [left] = controls()
  Bun.spawnSync(['touch', '-d', '2 hours ago', `${directory}/${left}`])
  expect(await shell('true').exited).toBe(0)
  expect(controls()).toEqual([])
})

async function roundTrip(kind: Kind, controllers: string) {
  const note = `${directory}/note`
  await Bun.write(note, 'from the host\n')
  const command = `
    cat /sys/fs/cgroup/cgroup.subtree_control note
    touch /share/new 2>/dev/null || echo read-only
    mkdir $VM_FILES/folder && echo from the guest >$VM_FILES/folder/reply
    echo complaint >&2
    exit 42`
  using outcome = await boot(job(kind, command, { share: { note } }))
  expect(outcome.output).toBe(`${controllers}\nfrom the host\nread-only\ncomplaint\n`)
  expect(readFileSync(`${outcome.files}/folder/reply`, 'utf8')).toBe('from the guest\n')
  expect(outcome.exitCode).toBe(42)
}

async function failureOf(failing: Job): Promise<unknown> {
  return boot(failing).then(
    (outcome) => outcome[Symbol.dispose](),
    (error: unknown) => error,
  )
}

/** Another process that boots a machine, with its control directory in the test's directory. */
function shell(command: string) {
  const argv = [process.execPath, `${import.meta.dir}/shell.ts`, '--', command]
  return Bun.spawn(argv, { stdout: 'pipe', stderr: 'ignore', env: { ...process.env, TMPDIR: directory } })
}

function controls(): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('bunc-test-vm.'))
}

/** Mounts of such machines, in whatever namespace: as long as a process of theirs lives, so does a namespace. */
function traces(): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return processes.filter((pid) => read(`/proc/${pid}/mountinfo`).includes(`${directory}/bunc-test-vm.`))
}

/** Empty for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
