// Paths inside a container's root, which may be hostile: every step is resolved by the kernel below the root's own
// descriptor (RESOLVE_IN_ROOT), so no symbolic link leads out of it and no race can swap what was opened. What is missing
// is made component by component. Nothing here has to see a result, so all of it can wait in a batch.

import { type Sys, tolerating } from '#ffi/call.ts'
import { mkdirat, mknodat, type OpenHow, openat2, readlinkat } from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'

/** A place below a directory that is already open. */
export interface Place {
  readonly dir: Fd
  readonly name: string
}

const DIRECTORY_MODE = 0o755
const AS_DIRECTORY: OpenHow = { flags: ['PATH', 'DIRECTORY'], resolve: ['IN_ROOT'] }
const WITHOUT_LINKS: OpenHow = { flags: ['PATH'], resolve: ['IN_ROOT', 'NO_SYMLINKS'] }
/** As the kernel counts: more symbolic links than this on one path are a loop. */
const MOST_LINKS = 40

/** Takes an absolute path of the container, gives its components; `.` is left out and `..` never climbs above the root. */
export function components(path: string): string[] {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts
}

/** Opens what a path of the container leads to (O_PATH), following links inside the root. Throws when it is not there. */
export function openInRoot(sys: Sys, root: Fd, path: string): Fd {
  return sys(openat2(root, path, { flags: ['PATH'], resolve: ['IN_ROOT'] }))
}

/** As `openInRoot`; gives a missing Fd where there is nothing. */
export function openIfThere(sys: Sys, root: Fd, path: string): Fd {
  return sys(tolerating(openat2(root, path, { flags: ['PATH'], resolve: ['IN_ROOT'] }), 'ENOENT', 'ENOTDIR'))
}

/**
 * Opens a directory of the container, whose missing components are made with mode 0755. Throws when a component is no
 * directory, or a link that leads nowhere.
 */
export function directoryInRoot(sys: Sys, root: Fd, path: string): Fd {
  let parent: Fd | undefined
  let reached = ''
  for (const name of components(path)) {
    using above = parent
    reached += `/${name}`
    parent = makeDirectory(sys, root, { dir: above ?? root, name, path: reached })
  }
  return parent ?? sys(openat2(root, '/', AS_DIRECTORY))
}

/** A place to be made, with the whole path of it. */
interface Made extends Place {
  readonly path: string
}

function makeDirectory(sys: Sys, root: Fd, { dir, name, path }: Made): Fd {
  // EEXIST also for a link, which is not followed here: the next call does that, inside the root.
  sys(tolerating(mkdirat(dir, name, DIRECTORY_MODE), 'EEXIST'))
  return sys(openat2(root, path, AS_DIRECTORY))
}

/**
 * Opens the places of mounts one after the other, as `directoryInRoot` and `fileInRoot` do. The directory of the last one
 * stays open, for most lie side by side: it is what it was as long as nothing is mounted but in it.
 */
export class Places implements Disposable {
  private readonly sys: Sys
  private readonly root: Fd
  private last: { readonly path: string; readonly dir: Fd } | undefined

  /** Takes who opens them, and the root that paths begin at. */
  constructor(sys: Sys, root: Fd) {
    this.sys = sys
    this.root = root
  }

  directory(path: string): Fd {
    return makeDirectory(this.sys, this.root, this.placed(path))
  }

  file(path: string): Fd {
    const { dir, name, path: whole } = this.placed(path)
    this.sys(tolerating(mknodat(dir, name, { type: 'file', mode: 0o644 }, 0), 'EEXIST'))
    return openInRoot(this.sys, this.root, whole)
  }

  /** Before something is mounted whose place was opened by somebody else. */
  forget(): void {
    this.last?.dir[Symbol.dispose]()
    this.last = undefined
  }

  [Symbol.dispose](): void {
    this.forget()
  }

  private placed(path: string): Made {
    const parts = components(path)
    const whole = `/${parts.join('/')}`
    const name = parts.pop() ?? '.'
    return { dir: this.parent(`/${parts.join('/')}`), name, path: whole }
  }

  private parent(path: string): Fd {
    if (path === this.last?.path) return this.last.dir
    this.forget()
    if (path === '/') return this.root
    const dir = directoryInRoot(this.sys, this.root, path)
    this.last = { path, dir }
    return dir
  }
}

/** Opens the directory that a path of the container lies in, made as `directoryInRoot` does. */
export function parentInRoot(sys: Sys, root: Fd, path: string): { dir: Fd; name: string } {
  const parts = components(path)
  const name = parts.pop() ?? '.'
  return { dir: directoryInRoot(sys, root, `/${parts.join('/')}`), name }
}

/** Opens a file of the container that something will be mounted on; an empty one is made where there is none. */
export function fileInRoot(sys: Sys, root: Fd, path: string): Fd {
  using places = new Places(sys, root)
  return places.file(path)
}

/**
 * Takes a path of the container, gives the path that remains when its links have been followed, as far as anything is
 * there: the last component that exists is no link. A link that leads nowhere (an image's /etc/resolv.conf) thereby
 * becomes a path that can be made. Has to see results: for paths that are known to contain a link.
 */
export function withoutLinks(sys: Sys, root: Fd, path: string): string {
  let rest = components(path)
  let done: string[] = []
  for (let links = 0; rest.length > 0;) {
    const [name = '', ...after] = rest
    const target = linkTarget(sys, root, [...done, name])
    rest = after
    if (target === undefined) done = [...done, name]
    else {
      links += 1
      if (links > MOST_LINKS) return path
      const whole = target.startsWith('/') ? components(target) : components(`${done.join('/')}/${target}`)
      rest = [...whole, ...after]
      done = []
    }
  }
  return `/${done.join('/')}`
}

/** What a path says if it is a link; undefined when it is none, or not there. Its directories are known to be no links. */
function linkTarget(sys: Sys, root: Fd, parts: readonly string[]): string | undefined {
  const path = parts.join('/')
  using link = sys(
    tolerating(
      openat2(root, path, { flags: ['PATH', 'NOFOLLOW'], resolve: ['IN_ROOT', 'NO_MAGICLINKS'] }),
      'ENOENT',
      'ENOTDIR',
    ),
  )
  if (link.missing) return undefined
  return sys(tolerating(readlinkat(link, ''), 'ENOENT', 'EINVAL'))
}

/** As `openIfThere`, for a path that contains no symbolic link in what is there of it now; gives 'link' where it does. */
export function openUnlessLink(sys: Sys, root: Fd, path: string): Fd | 'link' {
  try {
    return sys(tolerating(openat2(root, path, WITHOUT_LINKS), 'ENOENT', 'ENOTDIR'))
  } catch (error) {
    if (!failedWith(error, 'ELOOP')) throw error
    return 'link'
  }
}

/** Whether a path of the container contains a symbolic link, in what is there of it now. */
export function containsLink(sys: Sys, root: Fd, path: string): boolean {
  const found = openUnlessLink(sys, root, path)
  if (found === 'link') return true
  found[Symbol.dispose]()
  return false
}
