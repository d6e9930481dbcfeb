// Files of the host that a config names: the root, what is mounted from elsewhere, hooks, namespaces to join.

import type { Rule } from '#src/config/rule.ts'
import { each, problem } from '#src/config/rule.ts'
import { HOOK_KINDS } from '#src/config/schema/hooks.ts'
import { parseOptions } from '#src/rootfs/parse-options.ts'
import { hostPath, lookAt, type Look } from '../look.ts'

const root: Rule<Look> = {
  name: 'the root is a directory of this host',
  spec: 'config.md#root',
  reads: ['root.path'],
  check: (look) => {
    const path = hostPath(look, look.config.root.path)
    if (path === undefined || look.config.root.path === '') return []
    const there = lookAt(look.here, path)
    if (there === 'hidden') return []
    if (there === 'nothing') return problem(['root', 'path'], `${JSON.stringify(path)} does not exist`)
    return there.type === 'directory' ? [] : problem(['root', 'path'], `${JSON.stringify(path)} is not a directory`)
  },
}

const sources: Rule<Look> = {
  name: 'what is bind-mounted is there',
  spec: 'config.md#mounts',
  reads: ['mounts'],
  check: (look) =>
    each(look.config.mounts, ({ type, source, options }, index) => {
      if (type !== 'bind' && parseOptions(options).bind === 'no') return []
      const at = ['mounts', index, 'source']
      if (source === '') return problem(at, 'is missing')
      const path = hostPath(look, source)
      if (path === undefined || lookAt(look.here, path) !== 'nothing') return []
      return problem(at, `${JSON.stringify(path)} does not exist`)
    }),
}

const joined: Rule<Look> = {
  name: 'namespaces to join are there',
  spec: 'config-linux.md#namespaces',
  reads: ['linux.namespaces'],
  check: ({ here, config }) =>
    each(config.linux.namespaces, ({ path }, index) =>
      path.startsWith('/') && lookAt(here, path) === 'nothing'
        ? problem(['linux', 'namespaces', index, 'path'], `${JSON.stringify(path)} does not exist`)
        : [],
    ),
}

/** Those that run inside have their programs in the container, where nobody can look yet. */
const INSIDE = ['startContainer']

const hooks: Rule<Look> = {
  name: 'the programs of hooks are there and can be executed',
  spec: 'config.md#posix-platform-hooks',
  reads: ['hooks'],
  check: ({ here, config }) =>
    each(
      HOOK_KINDS.filter((kind) => !INSIDE.includes(kind)),
      (kind) =>
        each(config.hooks[kind], ({ path }, index) => {
          const there = path.startsWith('/') ? lookAt(here, path) : 'hidden'
          if (there === 'hidden') return []
          const at = ['hooks', kind, index, 'path']
          if (there === 'nothing') return problem(at, `${JSON.stringify(path)} does not exist`)
          const executable = there.type === 'file' && (there.mode & 0o111) !== 0
          return executable ? [] : problem(at, `${JSON.stringify(path)} is not an executable file`)
        }),
    ),
}

export const fileRules: readonly Rule<Look>[] = [root, sources, joined, hooks]
