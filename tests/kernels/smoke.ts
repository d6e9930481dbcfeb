// The container tests on an older kernel: bunc does without some system calls, and must keep its promises. By default a
// choice of files; BUNC_TEST_KERNELS=all takes every file of tests/container.

import { expect, test } from 'bun:test'
import { join } from 'node:path'

import { needs } from '#tests/support/needs.ts'

/** Those that are about nothing else than what has no fallback, or start bunc as a user who cannot install a filter. */
const LEFT_OUT = ['rootless', 'idmapped-mounts', 'hot-mounts']

/** Declares tests of container/ for bunc without the named system calls. To be called once in a process. */
export async function smokeWithout(names: readonly string[], choice: readonly string[]): Promise<void> {
  process.env['BUNC_TEST_WITHOUT'] = names.join(',')
  process.env['BUNC_TEST_RUNTIME'] = 'bunc'
  const { runtimes } = await import('#tests/support/runtime.ts')
  const { test: needing } = needs('root', 'bunc', 'busybox', 'seccomp')
  needing(`bunc is started without ${names.join(', ')}`, () => {
    expect(runtimes.map(({ argv }) => argv.includes(names.join(',')))).toEqual([true])
  })
  if (needing !== test) return
  const chosen = process.env['BUNC_TEST_KERNELS'] === 'all' ? every() : choice
  const files = chosen.map((name) => join(import.meta.dir, `../container/${name}.test.ts`))
  for (const file of files) await import(file)
}

function every(): string[] {
  const paths = new Bun.Glob('**/*.test.ts').scanSync(`${import.meta.dir}/../container`)
  const names = Array.from(paths, (path) => path.slice(0, -'.test.ts'.length))
  return names.filter((name) => !LEFT_OUT.includes(name)).toSorted()
}
