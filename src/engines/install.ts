// Makes a runtime known to an engine, or unknown again: in the engine's own file, of which everything else stays as it is,
// with a copy of what it was before.

import { type Sys, tolerating } from '#ffi/call.ts'
import { readlinkat, unlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { Failure } from '#src/failure.ts'
import { makeDirectories, readTextIfThere, replaceFile, statIfThere } from '#src/files.ts'
import { type Engine, ENGINES, type EngineName, type NewRuntime } from './engines.ts'

/** The name that engines know bunc by. */
export const NAME = 'bunc'
const BACKUP = '.before-bunc'
const MODE = 0o644

/** What is to be changed, and where. */
export interface InstallOptions {
  readonly engine: EngineName
  /** Absolute path of the file, in place of the engine's own. */
  readonly file: string | undefined
  /** The binary: an absolute path. */
  readonly binary: string
  readonly isDefault: boolean
  /** Only say what would be done. */
  readonly dryRun: boolean
}

/** The runtime that the engine then knows. */
export function newRuntime({ binary, isDefault }: Pick<InstallOptions, 'binary' | 'isDefault'>): NewRuntime {
  return { name: NAME, path: binary, isDefault }
}

/** Whether the file that is to be changed is the one that the engine of this host reads. */
export function isOwn({ engine, file }: Pick<InstallOptions, 'engine' | 'file'>): boolean {
  return file === undefined || file === ENGINES[engine].files.at(-1)
}

/** What has been done, or would be. */
export interface Installed {
  /** The file that was changed, links followed. */
  readonly file: string
  /** Its text: undefined where there was, or is now, no file. */
  readonly before: string | undefined
  readonly after: string | undefined
  /** Where the text from before is kept; undefined where nothing was there to be kept. */
  readonly backup: string | undefined
  readonly notes: readonly string[]
}

/** Makes bunc known. Does nothing where it is known just so. Throws a SyscallError or a Failure. */
export function install(here: Sys, options: InstallOptions): Installed {
  const { settings }: Engine = ENGINES[options.engine]
  const file = fileOf(here, options)
  return doing(`change "${file}"`, () => {
    const before = readTextIfThere(here, file)
    const table = settings.parse(before ?? '')
    const wanted = settings.register(table, newRuntime(options))
    const after =
      before !== undefined && Bun.deepEquals(wanted, table) ? before : settings.rewrite(before ?? '', wanted)
    const notes = settings.notes(wanted)
    if (after === before || options.dryRun) return { file, before, after, backup: undefined, notes }
    const backup = before === undefined ? undefined : keep(here, file, before)
    makeDirectories(here, file.slice(0, file.lastIndexOf('/')) || '/', 0o755)
    write(here, file, after)
    return { file, before, after, backup, notes }
  })
}

/**
 * Makes bunc unknown. Where nothing else was changed meanwhile, the file becomes what it was, to the byte; one that was
 * not there is removed. Throws a SyscallError or a Failure.
 */
export function uninstall(here: Sys, options: InstallOptions): Installed {
  const { settings }: Engine = ENGINES[options.engine]
  const file = fileOf(here, options)
  return doing(`change "${file}"`, () => {
    const before = readTextIfThere(here, file)
    if (before === undefined) return { file, before, after: before, backup: undefined, notes: [] }
    const table = settings.parse(before)
    const kept = readTextIfThere(here, `${file}${BACKUP}`)
    const original = settings.parse(kept ?? '')
    const wanted = settings.unregister(table, NAME, original)
    const restored = kept !== undefined && Bun.deepEquals(wanted, original)
    const changed = Bun.deepEquals(wanted, table) ? before : settings.rewrite(before, wanted)
    const after = restored ? kept : isEmpty(wanted) && kept === undefined ? undefined : changed
    if (after === before || options.dryRun) return { file, before, after, backup: undefined, notes: [] }
    if (after === undefined) here(unlinkat('cwd', file, []))
    else write(here, file, after)
    here(tolerating(unlinkat('cwd', `${file}${BACKUP}`, []), 'ENOENT'))
    return { file, before, after, backup: undefined, notes: [] }
  })
}

/** Nothing, or only what `install` begins an empty file with. */
function isEmpty(table: object): boolean {
  return Object.keys(table).every((key) => key === 'version')
}

/** The first text is the one to go back to: a second install does not replace it. */
function keep(here: Sys, file: string, text: string): string {
  const backup = `${file}${BACKUP}`
  if (statIfThere(here, backup) === undefined) replaceFile(here, backup, text, modeOf(here, file))
  return backup
}

function write(here: Sys, file: string, text: string): void {
  replaceFile(here, file, text, modeOf(here, file))
}

function modeOf(here: Sys, file: string): number {
  return statIfThere(here, file)?.mode ?? MODE
}

const MOST_LINKS = 10

/** The file itself, where a link stands in its place: the link is to stay. */
function fileOf(here: Sys, { engine, file }: InstallOptions): string {
  let path = file ?? ENGINES[engine].files.at(-1) ?? ''
  for (let links = 0; links < MOST_LINKS; links++) {
    const target = linkTarget(here, path)
    if (target === undefined) return path
    path = target.startsWith('/') ? target : `${path.slice(0, path.lastIndexOf('/'))}/${target}`
  }
  throw new Failure(`Cannot change "${path}": it is a link that leads to itself`)
}

function linkTarget(here: Sys, path: string): string | undefined {
  try {
    return here(readlinkat('cwd', path))
  } catch (error) {
    if (failedWith(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
