// A container's files as the host sees them, when no process of it is left: its root, and over it what config.json mounts.
// What was made for the container alone, as a tmpfs, is gone with it.

import type { Sys } from '#ffi/call.ts'
import { fstat, type Stat } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import type { Process } from '#src/config/schema/process.ts'
import { openHost } from '#src/rootfs/attach.ts'
import { hostPath } from '#src/rootfs/mounts.ts'
import { components, openIfThere, withoutLinks } from '#src/rootfs/resolve.ts'
import { valueOf } from '#src/process/env.ts'
import { searched } from '#src/process/executable.ts'
import { hostId, rootOf } from './site.ts'

/** Where a program was to be executed, as the host sees it. */
export interface Scene {
  /** Path of the root on the host. */
  readonly root: string
  readonly bundle: string
  /** What lies over the root. */
  readonly mounts: readonly Mount[]
  readonly user: SceneUser
}

/** Who was to execute it, in ids of the host, and as config.json names them. */
export interface SceneUser {
  readonly uid: number
  readonly gids: readonly number[]
  readonly name: string
  /** Whether modes of files do not bind it (CAP_DAC_OVERRIDE). */
  readonly overrides: boolean
}

/** A file that was found, open (O_PATH), and the mount that it lies on. */
export interface Found {
  readonly file: Fd
  readonly stat: Stat
  readonly mount: number
}

/** The host itself, as its root sees it: where hooks are executed. */
export const HOST: Scene = {
  root: '/',
  bundle: '/',
  mounts: [],
  user: { uid: 0, gids: [0], name: 'root', overrides: true },
}

/** Takes a config, its bundle and one of its processes, gives what that process sees. */
export function sceneOf(config: Config, bundle: string, { user, capabilities }: Process): Scene {
  const { uidMappings, gidMappings } = config.linux
  return {
    root: rootOf(config, bundle),
    bundle,
    mounts: config.mounts,
    user: {
      uid: hostId(uidMappings, user.uid),
      gids: [user.gid, ...user.additionalGids].map((gid) => hostId(gidMappings, gid)),
      name: `user ${user.uid}:${user.gid}`,
      overrides: capabilities?.effective?.includes('CAP_DAC_OVERRIDE') ?? false,
    },
  }
}

/** Takes the first argument of a process, gives the absolute paths that it may stand for. */
export function pathsOf(name: string, { cwd, env }: Process): readonly string[] {
  const paths = name.includes('/') ? [name] : searched(valueOf(env, 'PATH')).map((directory) => `${directory}/${name}`)
  return paths.map((path) => (path.startsWith('/') ? path : `${cwd}/${path}`))
}

/**
 * Takes a scene and an absolute path, gives what is there, open (O_PATH): the caller closes it. `unknown`: it lies on what is
 * gone. Throws a SyscallError where even the root cannot be looked at.
 */
export function lookUp(here: Sys, { root, bundle, mounts }: Scene, path: string): Found | 'missing' | 'unknown' {
  using top = openHost(here, root)
  const parts = components(withoutLinks(here, top, path))
  const over = mounts.findLastIndex(({ destination }) => isPrefix(components(destination), parts))
  const mount = mounts[over]
  if (mount === undefined) return found(here, openIfThere(here, top, `/${parts.join('/')}`), -1)
  if (mount.type !== 'bind' && !mount.options.some((option) => option === 'bind' || option === 'rbind'))
    return 'unknown'
  const below = parts.slice(components(mount.destination).length)
  const source = openHost(here, hostPath(mount, bundle))
  if (below.length === 0) return found(here, source, over)
  using directory = source
  return found(here, openIfThere(here, directory, below.join('/')), over)
}

/** Whether there is a file of that path, or might be. */
export function isThere(here: Sys, scene: Scene, path: string): boolean {
  const found = lookUp(here, scene, path)
  if (typeof found === 'string') return found === 'unknown'
  found.file[Symbol.dispose]()
  return true
}

function isPrefix(few: readonly string[], many: readonly string[]): boolean {
  return few.length <= many.length && few.every((part, i) => part === many[i])
}

function found(here: Sys, file: Fd, mount: number): Found | 'missing' {
  return file.missing ? 'missing' : { file, stat: here(fstat(file)), mount }
}
