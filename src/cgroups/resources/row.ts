// The form of the tables in this folder: one row for each field of linux.resources, with the file that it is written to in
// either version of cgroups and how its value is converted, or why there is no such file. Rows are pure; `../apply.ts`
// has them written. An absent field is no setting at all, which is what makes the same rows serve create and update.

import type { LinuxResources } from '#src/config/schema/resources.ts'

/** Reads a file of the cgroup that is being written to: some settings depend on what others are. */
export type Reader<Missing = never> = (file: string) => string | Missing

/** One write to a file of a cgroup. */
export interface Setting {
  readonly file: string
  /** Whose value it is, where that is another field than the row's. */
  readonly field?: string
  readonly value: string | ((read: Reader) => string)
  /** What is done where the kernel has no such file; when left out, that is an error. */
  readonly otherwise?: readonly Setting[]
  /** Takes the errno of the write, gives what it means here, as the end of a sentence; undefined if nothing is known. */
  readonly meaning?: (errno: string, read: Reader<undefined>) => string | undefined
}

/** What one version of cgroups has no file for. `ignored`: the container runs as well without it. */
export interface Lack {
  readonly lack: 'ignored' | 'refused'
  readonly reason: string
}

/** How one version of cgroups takes a field: its settings, or the lack of any. */
export type Way<T> = (value: T, resources: LinuxResources) => readonly Setting[] | Lack

/** One field. */
export interface Row {
  /** Its path below linux.resources. */
  readonly field: string
  /** Takes a version and all resources; undefined when the field is absent. */
  plan(version: 1 | 2, resources: LinuxResources): readonly Setting[] | Lack | undefined
}

/** Fields of one controller, whose files may depend on each other. */
export interface Family {
  /** The name of the controller in version 1, and in version 2. */
  readonly controller: readonly [v1: string, v2: string]
  readonly rows: readonly Row[]
}

/** Defines a row: the path of a field, how to get at it, and the ways of version 1 and of version 2. */
export function row<T>(
  field: string,
  of: (resources: LinuxResources) => T | undefined,
  v1: Way<T>,
  v2: Way<T> = v1,
): Row {
  return {
    field,
    plan: (version, resources) => {
      const value = of(resources)
      return value === undefined ? undefined : (version === 1 ? v1 : v2)(value, resources)
    },
  }
}

/** The way of a field that is written to one file. */
export function into<T>(file: string, convert: (value: T) => string = String): Way<T> {
  return (value) => [{ file, value: convert(value) }]
}

/** The way of a field without which the container runs as well; a warning tells. */
export function ignored(reason: string): Way<unknown> {
  return () => ({ lack: 'ignored', reason })
}

/** The way of a field that someone relies on. */
export function refused(reason: string): Way<unknown> {
  return () => ({ lack: 'refused', reason })
}

/** Takes a number that engines write as 0 when they mean that it is absent. */
export function unlessZero<T extends number | bigint>(value: T | undefined): T | undefined {
  return value === undefined || Number(value) === 0 ? undefined : value
}

/** Takes a limit of which every negative number means none, gives it as version 2 writes it. */
export function orMax(value: number | bigint): string {
  return value < 0 ? 'max' : String(value)
}
