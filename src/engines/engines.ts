// The engines that a runtime is made known to: their programs, their files of settings, and how a runtime stands in them.

import { containerd } from './containerd.ts'
import { docker } from './docker.ts'
import type { Table } from './parsed.ts'
import { podman } from './podman.ts'

/** A runtime that an engine knows. */
export interface KnownRuntime {
  readonly name: string
  /** The binary, an absolute path, or a name that the engine looks for. */
  readonly path: string
}

/** A runtime that an engine shall know. */
export interface NewRuntime extends KnownRuntime {
  /** Whether containers get it that ask for none. */
  readonly isDefault: boolean
}

/** The settings of one engine. Tables are values: a change gives another one. */
export interface Settings {
  /** Throws a Failure. */
  parse(text: string): Table
  /** Gives the text with as little changed as the table takes. */
  rewrite(text: string, table: Table): string
  runtimes(table: Table): readonly KnownRuntime[]
  register(table: Table, runtime: NewRuntime): Table
  /** `before`: the settings as they were before the runtime was registered, as far as they are known. */
  unregister(table: Table, name: string, before: Table): Table
  /** What somebody who changes them ought to know. */
  notes(table: Table): readonly string[]
}

/** One engine. */
export interface Engine {
  /** The program that makes containers. */
  readonly program: string
  /** Where it reads its settings: of several files the last one wins, and is the one to change. */
  readonly files: readonly string[]
  readonly settings: Settings
  /** How it is made to read them again: under systemd, and without. */
  readonly reload: readonly [systemd: string, otherwise: string]
  /** How it is made to forget what stands there no more, where that takes more than reading them again. */
  readonly forget?: readonly [systemd: string, otherwise: string]
  /** How it is found out whether it runs; an engine without a daemon reads its settings each time. */
  readonly daemon?: Daemon
}

/** A program of an engine that goes on running, and reads its settings when it is told to. */
export interface Daemon {
  /** Its unit of systemd. */
  readonly unit: string
  /** Without systemd: where it writes its pid, if it takes SIGHUP for the wish that it reads its settings again… */
  readonly pidFile?: string
  /** …or where it is spoken to. Not both: a socket that systemd holds starts the daemon when it is tried. */
  readonly socket?: string
}

export const ENGINES = {
  docker: {
    program: 'dockerd',
    files: ['/etc/docker/daemon.json'],
    settings: docker,
    reload: ['systemctl reload docker', 'kill -HUP $(pidof dockerd)'],
    // A reload takes over the keys that the file has: of runtimes that are gone from it the daemon goes on to know, and
    // even to use as the default (moby, daemon/config: Reload).
    forget: ['systemctl restart docker', 'end dockerd and start it again'],
    daemon: { unit: 'docker.service', pidFile: '/var/run/docker.pid' },
  },
  containerd: {
    program: 'containerd',
    files: ['/etc/containerd/config.toml'],
    settings: containerd,
    reload: ['systemctl restart containerd', 'end containerd and start it again; containers go on meanwhile'],
    daemon: { unit: 'containerd.service', socket: '/run/containerd/containerd.sock' },
  },
  podman: {
    program: 'podman',
    files: ['/usr/share/containers/containers.conf', '/etc/containers/containers.conf'],
    settings: podman,
    reload: ['nothing: podman reads its settings each time', 'nothing: podman reads its settings each time'],
  },
} as const satisfies { readonly [name: string]: Engine }

/** The name of an engine. */
export type EngineName = keyof typeof ENGINES
