// The container tests on an older kernel: bunc does without some system calls, and must keep its promises. By default a
// choice of files that use all of them; BUNC_TEST_KERNELS=all takes every file of tests/container.

import { expect, test } from 'bun:test'

import { needs } from '#tests/support/needs.ts'

const CHOICE = ['lifecycle', 'root', 'mounts', 'masked-paths', 'exec', 'user-namespace', 'hostile-symlinks']
/** Those that are about nothing else than what has no fallback, or start bunc as a user who cannot install a filter. */
const LEFT_OUT = ['rootless', 'idmapped-mounts', 'hot-mounts']

/**
 * Declares the tests of container/ for bunc without the named system calls; `more` are files beside the usual choice. To
 * be called once in a process.
 */
export async function smokeWithout(names: readonly string[], ...more: readonly string[]): Promise<void> {
  process.env['BUNC_TEST_WITHOUT'] = names.join(',')
  process.env['BUNC_TEST_RUNTIME'] = 'bunc'
  const { runtimes } = await import('#tests/support/runtime.ts')
  const { test: needing } = needs('root', 'bunc', 'busybox', 'seccomp')
  needing(`bunc is started without ${names.join(', ')}`, () => {
    expect(runtimes.map(({ argv }) => argv.includes(names.join(',')))).toEqual([true])
  })
  if (needing !== test) return
  for (const name of process.env['BUNC_TEST_KERNELS'] === 'all' ? every() : [...CHOICE, ...more])
    await import(`../container/${name}.test.ts`)
}

function every(): string[] {
  const paths = new Bun.Glob('**/*.test.ts').scanSync(`${import.meta.dir}/../container`)
  const names = Array.from(paths, (path) => path.slice(0, -'.test.ts'.length))
  return names.filter((name) => !LEFT_OUT.includes(name)).toSorted()
}
