// What `checkpoint` and `restore` are told alike, and what criu is told in turn. The options of criu are made here and in
// the two use-cases; what is outside of the container is in external.ts.

import { openat } from '#ffi/calls/file.ts'
import { CLONE_NEW } from '#ffi/numbers/clone.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Sys } from '#ffi/call.ts'
import { Failure } from '#src/failure.ts'
import { makeDirectories, statIfThere } from '#src/files.ts'
import { CGROUP_MODE, NETWORK_LOCK, option } from './messages.ts'
import type { Message } from './protobuf.ts'

/** Flags of both commands. Paths are absolute. */
export interface Settings {
  readonly imagePath: string
  /** Where criu's log and its other files go; undefined: into the container's state directory. */
  readonly workPath: string | undefined
  readonly tcpEstablished: boolean
  readonly extUnixSk: boolean
  readonly shellJob: boolean
  readonly fileLocks: boolean
  readonly lazyPages: boolean
  readonly autoDedup: boolean
  readonly emptyNs: readonly string[]
  readonly manageCgroupsMode: keyof typeof CGROUP_MODE | undefined
  readonly networkLock: keyof typeof NETWORK_LOCK | undefined
  /** PATH of the environment. */
  readonly searchPath: string
}

/** What criu is told of the settings. */
export function settingOptions(settings: Settings): Message {
  const { manageCgroupsMode: mode, networkLock: lock } = settings
  return [
    option('tcp_established', settings.tcpEstablished),
    option('ext_unix_sk', settings.extUnixSk),
    option('shell_job', settings.shellJob),
    option('file_locks', settings.fileLocks),
    option('lazy_pages', settings.lazyPages),
    option('auto_dedup', settings.autoDedup),
    option('manage_cgroups', true),
    option('manage_cgroups_mode', mode === undefined ? undefined : CGROUP_MODE[mode]),
    option('network_lock', lock === undefined ? undefined : NETWORK_LOCK[lock]),
    option('empty_ns', emptied(settings.emptyNs)),
  ]
}

/** criu can leave one kind of namespace empty. */
function emptied(names: readonly string[]): number | undefined {
  const other = names.find((name) => name !== 'network')
  if (other !== undefined)
    throw new Failure(`--empty-ns "${other}": criu can leave the namespace "network" empty alone`)
  return names.length === 0 ? undefined : CLONE_NEW.NEWNET
}

/** The annotation that names a configuration file of criu, or says with an empty one that there is to be none. */
export const CRIU_ANNOTATION = 'org.criu.config'
/** Read without being asked for, the first that is there: the second is what the hosts of other runtimes have. */
const CONFIG_FILES = ['/etc/criu/bunc.conf', '/etc/criu/runc.conf']

/** The configuration file that overrides all options. Takes the container's annotations. */
export function configFile(sys: Sys, annotations: Readonly<Record<string, string>>): Message {
  const named = annotations[CRIU_ANNOTATION] ?? CONFIG_FILES.find((path) => statIfThere(sys, path) !== undefined)
  return named === undefined || named === '' ? [] : [option('config_file', named)]
}

/** criu reaches for images as the root of a user namespace, too. It makes the files such that only root can read them. */
const DIRECTORY_MODE = 0o711

/** The directories that criu works in, open. */
export interface Places {
  readonly image: Fd
  readonly work: Fd
  /** The path of the second, for the log. */
  readonly workPath: string
}

/** Makes and opens the directories. `open` closes them; `directory` is the container's state directory. */
export function openPlaces(
  sys: Sys,
  { imagePath, workPath = undefined }: Pick<Settings, 'imagePath' | 'workPath'>,
  { directory, open }: { directory: string; open: DisposableStack },
): Places {
  const work = workPath ?? `${directory}/criu.work`
  const made = [imagePath, work]
  for (const path of made) doing(`make the directory "${path}"`, () => makeDirectories(sys, path, DIRECTORY_MODE))
  const opened = (path: string) =>
    doing(`open the directory "${path}"`, () => open.use(sys(openat('cwd', path, ['RDONLY', 'DIRECTORY']))))
  return { image: opened(imagePath), work: opened(work), workPath: work }
}

const VERBOSE = 4

/** What criu is told about its files, but for the work directory. `log` is the name of its log there. */
export function placeOptions({ image }: Places, log: string): Message {
  return [
    option('images_dir_fd', image.number),
    option('log_file', log),
    option('log_level', VERBOSE),
    // Devices that are gone by the time of the restore are no reason to fail.
    option('evasive_devices', true),
    option('notify_scripts', true),
    option('orphan_pts_master', true),
  ]
}
