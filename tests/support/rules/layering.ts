// Rules about imports: the layers ffi <- src <- tests, the order inside src/, and what costs time or trust to import.

import { dirname, join } from 'node:path'

import { SHARED } from '../../vm/subject.ts'
import { importsOf } from '../source/source.ts'
import type { Source } from '../source/source.ts'
import { COMMON, LAYERS } from './layers.ts'
import { within } from './rule.ts'
import type { Breach, Rule } from './rule.ts'

/** An import that leads to a file of the repository, as a path from its root; undefined for a package. */
function targetOf(path: string, module: string): string | undefined {
  if (module.startsWith('.')) return join(dirname(path), module)
  return module.startsWith('#') ? module.slice(1) : undefined
}

function imports(decide: (path: string, module: string) => string | undefined) {
  return (source: Source): Breach[] =>
    importsOf(source).flatMap(({ module, line }) => {
      const what = decide(source.path, module)
      return what === undefined ? [] : [{ line, what }]
    })
}

function crossing(path: string, module: string): string | undefined {
  const target = targetOf(path, module)
  const below = path.startsWith('ffi/') ? ['ffi/'] : ['ffi/', 'src/']
  if (target === undefined || below.some((layer) => target.startsWith(layer))) return undefined
  return `imports "${module}", which lies above it`
}

function partOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function inside(path: string, module: string): string | undefined {
  const target = targetOf(path, module)
  if (target === undefined || !target.startsWith('src/')) return undefined
  const [from, to] = [partOf(path), partOf(target)]
  if (from === to || to === 'config' || COMMON.includes(to)) return undefined
  if (COMMON.includes(from)) return `imports "${module}", but everything may import this file`
  const allowed = LAYERS[from]
  if (allowed === undefined) return `is in "${from}", which has no row in tests/support/rules/layers.ts`
  return allowed.includes(to) ? undefined : `imports "${module}", but ${from} may not import ${to}`
}

function configAlone(path: string, module: string): string | undefined {
  const target = targetOf(path, module)
  return module === 'valibot' || target?.startsWith('src/config/') === true ? undefined : `imports "${module}"`
}

/** The packages of package.json, and the modules of the runtime, that each place may import. */
function foreign(path: string, module: string): string | undefined {
  if (targetOf(path, module) !== undefined) return undefined
  if (module === 'bun:ffi' && path === 'ffi/libc.ts') return undefined
  if (module === 'valibot' && path.startsWith('src/config/')) return undefined
  if (module === '@decimalturn/toml-patch' && path === 'src/engines/toml.ts') return undefined
  return `imports "${module}"`
}

function spelling(path: string, module: string): string | undefined {
  const target = targetOf(path, module)
  if (target === undefined) return undefined
  if (!/\.(ts|json|txt)$/.test(target)) return `imports "${module}" without its extension`
  const top = (name: string) => name.split('/')[0]
  return module.startsWith('.') && top(target) !== top(path) ? `imports "${module}": write "#${target}"` : undefined
}

function unshared(path: string, module: string): string | undefined {
  const target = targetOf(path, module)
  if (target === undefined || SHARED.some((name) => target.startsWith(`${name}/`))) return undefined
  return `imports "${module}", which is not in SHARED of tests/vm/subject.ts`
}

/** The rules, each a test. */
export const LAYERING: readonly Rule[] = [
  {
    name: 'the layers import downwards alone',
    reason:
      'ffi knows numbers and no containers, src knows containers and no tests; either can be read without the rest',
    covers: within.program,
    breaches: imports(crossing),
  },
  {
    name: 'inside src, parts do not know each other',
    reason: 'what one part needs of another is passed as a value, so each can be understood and tested alone',
    covers: (path) => path.startsWith('src/') && !path.startsWith('src/config/'),
    breaches: imports(inside),
  },
  {
    name: 'config imports nothing but valibot',
    reason: 'the schemas are the one source of types and defaults, and are read by programs that make no container',
    covers: (path) => path.startsWith('src/config/'),
    breaches: imports(configAlone),
  },
  {
    name: 'the program imports no module of the runtime, but for bun:ffi in ffi/libc.ts',
    reason:
      'a module of Node costs every start of bunc 0.2 to 8 ms, and a second user of bun:ffi would be a second door',
    covers: (path) => within.program(path) && !path.startsWith('src/config/'),
    breaches: imports(foreign),
  },
  {
    name: 'an import names a file, and another layer by its alias',
    reason: 'an import across layers should be seen as such, and should survive a move of the importing file',
    covers: within.everything,
    breaches: imports(spelling),
  },
  {
    name: 'what the machines execute imports only what they have',
    reason:
      'a guest sees parts of the repository; a file that is missing there fails every test of a machine, and late',
    covers: (path) => /^tests\/(container|kernels|support|vm\/inside)\//.test(path),
    breaches: imports(unshared),
  },
]
