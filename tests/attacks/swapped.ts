// A path of an image that is a link to the host half of the time: a process that shares it exchanges the two, again and
// again, between what a runtime checks and what it does. And the rounds that a runtime is given to fall for it.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import type { Outcome } from '#tests/support/spawn.ts'

/** Exchanges two names for as long as it lives, some hundred thousand times a second. */
const SWAPPER = `
  const { dlopen } = require('bun:ffi')
  const { renameat2 } = dlopen('libc.so.6', {
    renameat2: { args: ['i32', 'cstring', 'i32', 'cstring', 'u32'], returns: 'i32' },
  }).symbols
  const [a, b] = process.argv.slice(-2).map((path) => Buffer.from(path + '\\0'))
  for (;;) for (let i = 0; i < 1000; i++) renameat2(-100, a, -100, b, 2)
`

/** Swaps until it is disposed of. */
export class Swapped implements Disposable {
  /** What the link leads to. */
  readonly victim: string
  readonly #swapper: Bun.Subprocess

  /** `at`, a path of the image, is there; beside it a link to `victim`, a path of the host, is made. */
  constructor(box: Box, at: string, victim: string) {
    this.victim = victim
    const paths = [`${box.rootfs}/${at}`, `${box.rootfs}/${at}-link`] as const
    symlinkSync(victim, paths[1])
    this.#swapper = Bun.spawn([process.execPath, '-e', SWAPPER, ...paths], { stdio: ['ignore', 'ignore', 'inherit'] })
  }

  [Symbol.dispose](): void {
    this.#swapper.kill('SIGKILL')
  }
}

/** How often a runtime makes a container while it is attacked. */
const ROUNDS = 40

/**
 * Makes containers while a path is swapped. Some are refused, since a link may well lead nowhere, but each in one line;
 * if all are, nothing is proved.
 */
export async function repeatedly(round: () => Promise<Outcome>, rounds = ROUNDS): Promise<void> {
  let made = 0
  for (let i = 0; i < rounds; i++) {
    const { code, stderr } = await round()
    if (code === 0) made++
    else if (!/^bunc: Cannot /.test(stderr)) throw new Error(`Cannot take this for a refusal: ${stderr}`)
  }
  if (made === 0) throw new Error('Cannot say that the attack has failed: no container was made')
}

/** A hook that writes down the mounts of a container before the old root is gone, and what it has seen. */
export class Mounts {
  readonly path: string
  readonly hooks: { readonly createRuntime: readonly { readonly path: string }[] }

  constructor(box: Box) {
    this.path = box.path('seen')
    const script = `#!/bin/sh\npid=$(sed 's/.*"pid": *\\([0-9]*\\).*/\\1/'); cat /proc/$pid/mountinfo >> ${this.path}\n`
    writeFileSync(this.path, '')
    writeFileSync(box.path('hook'), script, { mode: 0o755 })
    this.hooks = { createRuntime: [{ path: box.path('hook') }] }
  }

  /** Whether anything was ever mounted on a path, or below it where that ends with a slash. */
  on(path: string): boolean {
    return readFileSync(this.path, 'utf8').includes(` ${path}${path.endsWith('/') ? '' : ' '}`)
  }
}

/** Makes a directory of the host for a link to lead to. */
export function victimDirectory(box: Box): string {
  const victim = box.path('victim')
  mkdirSync(victim)
  return victim
}
