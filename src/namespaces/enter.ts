// The way of a task into its namespaces, and what the parent does for it from outside: the id mappings.

import type { Sys, TaskSys } from '#ffi/call.ts'
import { setgroups, setresgid, setresuid } from '#ffi/calls/credentials.ts'
import { openat } from '#ffi/calls/file.ts'
import { setns, unshare } from '#ffi/calls/namespace.ts'
import { setDumpable, setParentDeathSignal } from '#ffi/calls/process.ts'
import { inetSocket, interfaceUp } from '#ffi/calls/socket.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Task } from '#ffi/perform/kernel.ts'
import type { LinuxIDMapping, LinuxTimeOffset } from '#src/config/schema/namespaces.ts'
import { Failure } from '#src/failure.ts'
import { writeValue } from '#src/files.ts'
import { type Join, NAMESPACE_FLAGS, type NamespacePlan } from './plan.ts'

/** A namespace to be joined, open in bunc; a task is born with it. */
export interface OpenJoin extends Join {
  readonly fd: Fd
}

/** Opens the namespaces that a plan joins. Throws a SyscallError that names the first that is not there. */
export function openJoins(here: Sys, plan: NamespacePlan): OpenJoin[] {
  return plan.joined.map((join) =>
    doing(`join the ${join.type} namespace "${join.path}"`, () => ({
      ...join,
      fd: here(openat('cwd', join.path, ['RDONLY'])),
    })),
  )
}

/** The mappings of a new user namespace. */
export interface IdMaps {
  readonly uids: readonly LinuxIDMapping[]
  readonly gids: readonly LinuxIDMapping[]
}

/** How far a new time namespace is ahead of the host, for each of its clocks (time_namespaces(7)). */
export type TimeOffsets = Readonly<Record<string, LinuxTimeOffset>>

/** What a task is led by. */
export interface Way {
  readonly plan: NamespacePlan
  readonly joins: readonly OpenJoin[]
  readonly maps: IdMaps
  readonly offsets: TimeOffsets
}

/**
 * Leads a task into the namespaces of its plan, except a new cgroup namespace. Takes the task, the plan, its open
 * namespaces and the mappings. The task has root's ids inside afterwards.
 */
export function enterNamespaces(here: Sys, task: Task, { plan, joins, maps, offsets }: Way): void {
  // Who lives in a namespace that is joined must not be able to look into the task (CVE-2016-9962).
  if (joins.length > 0) task.sys(setDumpable(0))
  for (const { type, path, fd } of joins)
    doing(`join the ${type} namespace "${path}"`, () => {
      task.sys(setns(task.inherit(fd), [NAMESPACE_FLAGS[type]]))
      if (type === 'user') becomeRoot(task.sys)
      task.sys.flush()
    })
  if (plan.newUser) {
    task.sys(unshare(['NEWUSER']))
    task.sys.flush()
    mapIds(here, task.pid, maps)
    becomeRoot(task.sys)
  }
  if (plan.unshared.length > 0) doing('make namespaces', () => task.sys(unshare(plan.unshared)))
  // Before the fork: the clocks of a time namespace stand fast once a process is in it.
  if (plan.makes('time')) setOffsets(here, task, offsets)
  if (plan.forks) task.fork()
  if (plan.makes('network')) doing('bring the loopback interface up', () => loopbackUp(task.sys))
}

/** Writes the mappings of a process that has just made itself a user namespace (user_namespaces(7)). */
export function mapIds(here: Sys, pid: number, { uids, gids }: IdMaps): void {
  if (uids.length === 0 || gids.length === 0)
    throw new Failure('a new user namespace needs linux.uidMappings and linux.gidMappings')
  doing('map the ids of the user namespace', () => {
    writeValue(here, `/proc/${pid}/gid_map`, lines(gids))
    writeValue(here, `/proc/${pid}/uid_map`, lines(uids))
  })
}

function setOffsets(here: Sys, task: Task, offsets: TimeOffsets): void {
  task.sys.flush()
  const text = Object.entries(offsets).map(([clock, { secs, nanosecs }]) => `${clock} ${secs} ${nanosecs}\n`)
  if (text.length > 0)
    doing('set linux.timeOffsets', () => writeValue(here, `/proc/${task.pid}/timens_offsets`, text.join('')))
}

/** All ranges in one write: the kernel takes a second one for a mistake. */
function lines(mappings: readonly LinuxIDMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('')
}

/** Ids that are mapped, without which nothing below works; both calls make the kernel forget who is watched by whom. */
function becomeRoot(sys: TaskSys): void {
  sys(setgroups([]))
  sys(setresgid(0, 0, 0))
  sys(setresuid(0, 0, 0))
  sys(setParentDeathSignal('SIGKILL'))
}

function loopbackUp(sys: TaskSys): void {
  using socket = sys(inetSocket())
  sys(interfaceUp(socket, 'lo'))
}

/** Makes the cgroup namespace; the task must be in its cgroup by now. */
export function enterCgroupNamespace(task: Task, plan: NamespacePlan): void {
  if (plan.makes('cgroup')) doing('make the cgroup namespace', () => task.sys(unshare(['NEWCGROUP'])))
}
