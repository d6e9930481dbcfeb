// The engines that a runtime is made known to: their programs, their files of settings, and which runtimes stand in them.

import { podmanRuntimes } from './podman.ts'
import { containerdRuntimes } from './containerd.ts'
import { dockerRuntimes } from './docker.ts'

/** A runtime that an engine knows. */
export interface KnownRuntime {
  readonly name: string
  /** The binary, an absolute path, or a name that the engine looks for. */
  readonly path: string
}

/** One engine. */
export interface Engine {
  /** The program that makes containers. */
  readonly program: string
  /** Where it reads its settings; of several files the later one wins. */
  readonly files: readonly string[]
  /** Takes the text of such a file, gives the runtimes in it. Throws a Failure where it is not in order. */
  readonly runtimes: (text: string) => readonly KnownRuntime[]
}

export const ENGINES = {
  docker: { program: 'dockerd', files: ['/etc/docker/daemon.json'], runtimes: dockerRuntimes },
  containerd: { program: 'containerd', files: ['/etc/containerd/config.toml'], runtimes: containerdRuntimes },
  podman: {
    program: 'podman',
    files: ['/usr/share/containers/containers.conf', '/etc/containers/containers.conf'],
    runtimes: podmanRuntimes,
  },
} as const satisfies { readonly [name: string]: Engine }

/** The name of an engine. */
export type EngineName = keyof typeof ENGINES
