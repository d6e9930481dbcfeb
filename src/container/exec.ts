// Runs one more process in a container: a task that joins its namespaces and its cgroup.

import { duplicate, pipe, setCloseOnExec } from '#ffi/calls/descriptor.ts'
import { openat } from '#ffi/calls/file.ts'
import { type Ending, setParentDeathSignal, setsid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { inherited } from '#ffi/perform/here.ts'
import type { Child, Kernel, Task } from '#ffi/perform/kernel.ts'
import { below } from '#src/cgroups/below.ts'
import { bearInto, besideProcess, birthPlace, entrance } from '#src/cgroups/birth.ts'
import { type CgroupRecord, type Unit, unifiedOf } from '#src/cgroups/record.ts'
import { joinResctrl } from '#src/cgroups/resctrl.ts'
import { moveIntoUnit } from '#src/cgroups/systemd/units.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { Process } from '#src/config/schema/process.ts'
import { attend } from '#src/console/foreground.ts'
import { allocatePty, becomeTerminal, type Pty } from '#src/console/pty.ts'
import { sendDescriptor } from '#src/console/send.ts'
import { Failure } from '#src/failure.ts'
import { inUserNamespace } from '#src/namespaces/own.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { privateProcfs } from '#src/namespaces/procfs.ts'
import { dropLast } from '#src/process/identity.ts'
import { queueExec } from '#src/process/release.ts'
import { setAffinity } from '#src/process/scheduling.ts'
import { installFilter } from '#src/security/filter.ts'
import { newKeyring } from '#src/security/keyring.ts'
import { requireSelinux, withKeyLabel } from '#src/security/selinux.ts'
import { writePidFile } from './create.ts'
import { ownStdio, setLimits, setOomScore } from './from-outside.ts'
import { type Identified, identify } from './identify.ts'
import { awaitExecOf, statePart, taskInside } from './lifecycle-hooks.ts'
import { savedConfig } from './saved-config.ts'
import { meetAgent } from './seccomp-agent.ts'
import { hostId } from './site.ts'
import { openProcess, statusOf } from './status.ts'
import { find, type Known } from './store.ts'

/** What `exec` is told. Paths are absolute. */
export interface ExecOptions {
  readonly store: string
  readonly id: string
  /** Takes the container's own process, gives the one to run. */
  readonly process: (own: Process) => Process
  /** Cgroups below the container's own, as `below` of src/cgroups/below.ts takes them. */
  readonly cgroup: readonly string[]
  readonly detach: boolean
  readonly consoleSocket?: string | undefined
  readonly pidfdSocket?: string | undefined
  readonly pidFile?: string | undefined
  /** How many descriptors after stdio the process gets. */
  readonly preserveFds: number
  readonly ignorePaused: boolean
}

/** Runs a process. Gives how it ended, or nothing when it was detached. */
export function exec(kernel: Kernel, options: ExecOptions): Ending | undefined {
  return doing(`execute in container "${options.id}"`, () => {
    const known = find(kernel.here, options.store, options.id)
    refuseStatus(kernel, known, options.ignorePaused)
    const config = savedConfig(kernel.here, known.directory)
    if (config.process === undefined) throw new Failure('the container has no process to take defaults from')
    const process = options.process(config.process)
    checkConsole(process, options)
    requireSelinux(kernel.here, 'process.selinuxLabel', process.selinuxLabel)
    const { child, master } = launch(kernel, options, { known, config, process })
    using pidfd = child.pidfd
    return options.detach ? undefined : attend(kernel.here, { pidfd, master })
  })
}

function refuseStatus({ here }: Kernel, known: Known, ignorePaused: boolean): void {
  const status = statusOf(here, known)
  if (status === 'stopped') throw new Failure('cannot exec in a stopped container')
  if (status === 'paused' && !ignorePaused)
    throw new Failure(
      'cannot exec in a paused container',
      'use --ignore-paused to let it wait until the container goes on',
    )
}

function checkConsole({ terminal }: Process, { detach, consoleSocket }: ExecOptions): void {
  if (terminal && detach && consoleSocket === undefined)
    throw new Failure('cannot allocate tty if bunc will detach without setting console socket', 'use --console-socket')
}

/** What a launch needs to know of its container. */
interface Target {
  readonly known: Known
  readonly config: Config
  readonly process: Process
}

/** Makes the process and sees it execute its program. */
function launch(kernel: Kernel, options: ExecOptions, target: Target): { child: Child; master: Fd | undefined } {
  const { here } = kernel
  const [reading, writing] = here(pipe(['CLOEXEC']))
  using report = reading
  using ours = writing
  using init = openProcess(here, target.known.state)
  if (init === undefined) throw new Failure('container not running')
  // Our own until the task is in its cgroup; the task inherits them.
  setAffinity(here, 0, 'process.execCPUAffinity.initial', target.process.execCPUAffinity.initial)
  using task = bear(kernel, { init, writing: ours, options, target })
  const { pty, identified } = prepare(kernel, task, { options, target })
  if (options.pidFile !== undefined) writePidFile(kernel, options.pidFile, task.pid)
  const master = handOut(kernel, task, pty, options)
  const told = queueEnd(kernel, task, { identified, target, options, report: task.inherit(ours) })
  const child = task.become(told)
  ours[Symbol.dispose]()
  awaitExecOf(here, report, { child, path: identified.execution.path })
  return { child, master }
}

/** A task in the cgroup and the namespaces of the container. */
function bear(
  kernel: Kernel,
  { init, writing, options, target }: { init: Fd; writing: Fd; options: ExecOptions; target: Target },
): Task {
  const { config, known } = target
  const preserved = Array.from({ length: options.preserveFds }, (_, i) => inherited(3 + i, `preserved ${3 + i}`))
  const cgroup = below(besideProcess(kernel.here, known.state.cgroup, known.state.pid), options.cgroup)
  using place = birthPlace(kernel.here, cgroup)
  using walk = entrance(kernel.here, cgroup)
  const inside = {
    pidfd: init,
    plan: planNamespaces(config.linux.namespaces),
    inherit: [init, writing, ...preserved],
    calls: walk.calls,
  }
  if (place === undefined) return taskInside(kernel, inside)
  try {
    return bearInto(kernel.here, cgroup, () => taskInside(kernel, { ...inside, cgroup: place }))
  } catch (error) {
    const { unit } = cgroup
    if (unit?.user !== true || !failedWith(error, 'EACCES')) throw error
    return movedIn(taskInside(kernel, inside), { known, cgroup, unit })
  }
}

/**
 * A login session lies outside of what is delegated to the user, and the user may move nothing from there. systemd may; the
 * task has done nothing yet but join.
 */
function movedIn(task: Task, { known, cgroup, unit }: { known: Known; cgroup: CgroupRecord; unit: Unit }): Task {
  using undo = new DisposableStack()
  undo.use(task)
  task.sys.flush()
  const whole = unifiedOf(known.state.cgroup)?.path ?? ''
  moveIntoUnit(unit, unifiedOf(cgroup)?.path.slice(whole.length) ?? '', task.pid)
  undo.move()
  return task
}

/** Gives the task its terminal, its limits and its identity. */
function prepare(
  kernel: Kernel,
  task: Task,
  { options, target }: { options: ExecOptions; target: Target },
): { pty: Pty | undefined; identified: Identified } {
  const { process, config } = target
  const { sys } = task
  // As for a container: see setFromOutside.
  sys.flush()
  const { resctrl } = target.known.state
  if (resctrl !== undefined) joinResctrl(kernel.here, resctrl, task.pid)
  setAffinity(kernel.here, task.pid, 'process.execCPUAffinity.final', process.execCPUAffinity.final)
  setLimits(kernel, task.pid, process.rlimits)
  if (process.oomScoreAdj !== undefined) setOomScore(kernel, task.pid, process.oomScoreAdj)
  using procfs =
    process.apparmorProfile === '' && process.selinuxLabel === ''
      ? undefined
      : privateProcfs(sys, planNamespaces(config.linux.namespaces))
  withKeyLabel(sys, procfs, process.selinuxLabel, () => newKeyring(sys, options.id))
  sys(setsid())
  const pty = process.terminal ? terminal(kernel, task, process) : undefined
  if (!process.terminal) ownStdio(kernel, hostId(config.linux.uidMappings, process.user.uid))
  const userNamespace = inUserNamespace(kernel.here) || planNamespaces(config.linux.namespaces).has('user')
  const identified = identify({ kernel, process, linux: config.linux, userNamespace }, task, procfs)
  return { pty, identified }
}

function terminal(kernel: Kernel, task: Task, { consoleSize, user }: Process): Pty {
  const size = consoleSize === undefined ? undefined : { rows: consoleSize.height, columns: consoleSize.width }
  using root = task.sys(openat('cwd', '/', ['PATH', 'DIRECTORY']))
  const pty = allocatePty(kernel, task, root, size)
  becomeTerminal(task.sys, pty.terminal, user.uid)
  return pty
}

/** Sends away what the caller wants elsewhere; gives the outer end of the terminal if it stays. */
function handOut({ here }: Kernel, task: Task, pty: Pty | undefined, options: ExecOptions): Fd | undefined {
  if (options.pidfdSocket !== undefined) sendDescriptor(here, options.pidfdSocket, { text: 'setns', fd: task.pidfd })
  if (pty === undefined || options.consoleSocket === undefined) return pty?.master
  using sent = pty.master
  sendDescriptor(here, options.consoleSocket, { text: '/dev/ptmx', fd: sent })
  return undefined
}

/** The last batch: the last restrictions, and the program. Gives what is told if it fails. */
function queueEnd(
  kernel: Kernel,
  task: Task,
  { identified, target, options, report }: { identified: Identified; target: Target; options: ExecOptions; report: Fd },
): Fd {
  const { sys } = task
  for (let i = 0; i < options.preserveFds; i++) sys(setCloseOnExec(task.standard(3 + i), []))
  // What fails from here on has a number to say why, and no words.
  sys.flush()
  const { seccomp } = target.config.linux
  if (seccomp !== undefined) {
    const { state } = target.known
    meetAgent(kernel, task, seccomp, statePart(state, statusOf(kernel.here, target.known), state.pid))
  }
  const told = sys(duplicate(report, FIRST))
  // Not before: a task that is not the program must not outlive bunc, which waits for this batch.
  sys(setParentDeathSignal('none'))
  if (seccomp !== undefined) installFilter(sys, seccomp)
  dropLast(sys, identified.identity)
  queueExec(sys, identified.execution)
  return told
}

/** The lowest number that is nobody's stdio. */
const FIRST = 3
