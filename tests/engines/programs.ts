// Finds the programs that the engine tests drive: the engines, their clients, and the two runtimes that they are told
// to use, runc and bunc. Starts nothing, and decides nothing about a host that lacks one.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

import { BINARY } from '#tests/support/requirements.ts'
import { SEARCH_PATH } from '#tests/support/spawn.ts'

export type Program = 'docker' | 'dockerd' | 'containerd' | 'ctr' | 'podman' | 'runc'

/** The two that every scenario is played with; runc says what the answer is. */
export const RUNTIMES = ['runc', 'bunc'] as const

export type RuntimeName = (typeof RUNTIMES)[number]

/** All whose name an engine's answer may carry. */
export type PeerName = RuntimeName | 'crun'

/** The absolute path of the binary under test. */
export const buncPath = resolve(BINARY)

/** The absolute path of `program`; throws where it is not installed. */
export function pathOf(program: Program): string {
  const path = locate(program)
  if (path === undefined) throw new Error(`Cannot drive "${program}": it is not installed`)
  return path
}

/** A distribution's own client is of the version of its daemon, so it goes before any other. */
function locate(program: Program): string | undefined {
  const packaged = `/usr/bin/${program}`
  return existsSync(packaged) ? packaged : (Bun.which(program, { PATH: SEARCH_PATH }) ?? undefined)
}
