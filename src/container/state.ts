// What bunc remembers of a container: ROOT/ID/state.json, replaced as a whole or not at all, and beside it the copy of the
// config that every later command reads (the specification: later edits of the bundle have no effect). What is found in
// the file is checked by hand: this is read by every command, and a schema library costs more than the rest of them.

import type { Sys } from '#ffi/call.ts'
import { failedWith } from '#ffi/error.ts'
import { type CgroupRecord, isCgroupRecord } from '#src/cgroups/record.ts'
import { isResctrlRecord, type ResctrlRecord } from '#src/cgroups/resctrl.ts'
import { Failure } from '#src/failure.ts'
import { readTextIfThere, replaceFile, writeNew } from '#src/files.ts'

/** What is remembered. */
export interface ContainerState {
  /** Version of the specification that the config names. */
  readonly ociVersion: string
  readonly id: string
  /** Pid of the container's first process, as bunc's pid namespace numbers it. */
  readonly pid: number
  /** When that process began, in clock ticks since boot: a pid alone may have passed to another process. */
  readonly startTime: string
  /** Absolute path. */
  readonly bundle: string
  /** Absolute path. */
  readonly rootfs: string
  /** RFC 3339. */
  readonly created: string
  /** Name of the user who made it, or empty. */
  readonly owner: string
  readonly annotations: Readonly<Record<string, string>>
  readonly cgroup: CgroupRecord
  /** Its resctrl groups, if it has any. */
  readonly resctrl?: ResctrlRecord
  /** Whether it has a pid namespace of its own, whose end is the end of every process in it. */
  readonly pidNamespace: boolean
  /** What the process executes, as it stands in its arguments. */
  readonly program: string
  /** The kinds of hooks that its config has: most have none, and then nobody has to read the config again. */
  readonly hooks: readonly string[]
}

/** Names of the files in a container's state directory. */
export const STATE_FILE = 'state.json'
export const CONFIG_FILE = 'config.json'
export const FIFO = 'exec.fifo'
export const CGROUP_FILE = 'cgroup.json'

/** What the first process says through the fifo when `start` has opened it: runc's byte. */
export const READY = '0'

/** Writes what is remembered. `directory` is the container's state directory. */
export function saveState(sys: Sys, directory: string, state: ContainerState): void {
  replaceFile(sys, `${directory}/${STATE_FILE}`, JSON.stringify(state), 0o600)
}

/**
 * Reads what is remembered; undefined where there is no such container, or one whose making was interrupted. Throws a
 * Failure when the file is damaged.
 */
export function loadState(sys: Sys, directory: string): ContainerState | undefined {
  const text = fileText(sys, `${directory}/${STATE_FILE}`)
  return text === undefined ? undefined : parseState(text, `${directory}/${STATE_FILE}`)
}

/** Writes what the container is made from. In one go: nobody reads it before there is a state. */
export function saveConfig(sys: Sys, directory: string, text: string): void {
  writeNew(sys, `${directory}/${CONFIG_FILE}`, text, 0o600)
}

/**
 * Writes where the cgroup will be, before it is made: what `delete --force` goes by where there is no state, because the
 * making was interrupted, or none that can be read.
 */
export function saveCgroup(sys: Sys, directory: string, record: CgroupRecord): void {
  writeNew(sys, `${directory}/${CGROUP_FILE}`, JSON.stringify(record), 0o600)
}

/** Reads what `saveCgroup` has written; undefined where that is not there, or is damaged. */
export function loadCgroup(sys: Sys, directory: string): CgroupRecord | undefined {
  const value = parsed(fileText(sys, `${directory}/${CGROUP_FILE}`) ?? '')
  return isCgroupRecord(value) ? value : undefined
}

/** The text of a file of the state directory; undefined where it is not there, empty where a directory has its name. */
function fileText(sys: Sys, path: string): string | undefined {
  try {
    return readTextIfThere(sys, path)
  } catch (error) {
    if (failedWith(error, 'EISDIR')) return ''
    throw error
  }
}

/** Takes the text of a state file and its path for messages. Throws a Failure when it is not what `saveState` wrote. */
export function parseState(text: string, path: string): ContainerState {
  const value = parsed(text)
  if (isState(value)) return value
  throw new Failure(`the state file "${path}" is damaged`, 'delete --force removes the container all the same')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const TEXTS = ['ociVersion', 'id', 'startTime', 'bundle', 'rootfs', 'created', 'owner', 'program'] as const

function isState(value: unknown): value is ContainerState {
  if (!isObject(value) || !TEXTS.every((name) => typeof value[name] === 'string')) return false
  return (
    Number.isSafeInteger(value['pid']) &&
    typeof value['pidNamespace'] === 'boolean' &&
    Array.isArray(value['hooks']) &&
    isObject(value['annotations']) &&
    Object.values(value['annotations']).every((text) => typeof text === 'string') &&
    isCgroupRecord(value['cgroup']) &&
    (value['resctrl'] === undefined || isResctrlRecord(value['resctrl']))
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
