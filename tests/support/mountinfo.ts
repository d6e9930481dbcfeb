// Reads the mounts of a process as the kernel tells them, proc_pid_mountinfo(5). Interprets no option.
import { readFileSync } from 'node:fs'

/** One line of a mountinfo file. */
export interface MountLine {
  readonly path: string
  /** The options of this mount. */
  readonly options: readonly string[]
  /** The tags of propagation: "shared:N", "master:N", "unbindable", without their numbers. */
  readonly propagation: readonly string[]
  readonly type: string
  readonly source: string
  /** The options of the file system behind it. */
  readonly superOptions: readonly string[]
}

/** Every mount that `text`, the contents of a mountinfo file, tells of. */
export function parseMountinfo(text: string): MountLine[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [mount = '', filesystem = ''] = line.split(' - ')
      const [, , , , path = '', options = '', ...tags] = mount.split(' ')
      const [type = '', source = '', superOptions = ''] = filesystem.split(' ')
      const propagation = tags.filter((tag) => tag !== '').map((tag) => tag.replace(/:\d+$/, ''))
      return { path, options: options.split(','), propagation, type, source, superOptions: superOptions.split(',') }
    })
}

/** The topmost mount on `path` as process `pid` sees it; fails where nothing is mounted there. */
export function mountOn(pid: number, path: string): MountLine {
  const found = parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).findLast((line) => line.path === path)
  if (found === undefined) throw new Error(`Cannot find a mount on "${path}" in process ${pid}`)
  return found
}
