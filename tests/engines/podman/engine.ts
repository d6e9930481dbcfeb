// Podman of the tests' own: storage, state and configuration in one temporary directory, its containers below a cgroup
// of the same name. It knows bunc from the block that docs/podman.md tells people to write. There is no daemon: conmon
// stays with each container, and is found by the directory in its command line.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { runProgram, SEARCH_PATH } from '#tests/support/spawn.ts'
import type { Outcome, SpawnOptions } from '#tests/support/spawn.ts'

import { docBlock } from '../doc-block.ts'
import { buncPath, pathOf } from '../programs.ts'
import { packRootfs } from '../rootfs.ts'
import { succeeded } from '../succeeded.ts'
import { assertNothingLeftOf, processesNaming, removeEmptyCgroup, sweepEngine } from '../traces.ts'

/** The image of all tests; its command is a shell. */
export const IMAGE = 'localhost/bunc-test:plain'

/** Where runtimes keep state when nobody names a root, as Podman does not. */
const STATE_ROOTS = ['/run/bunc', '/run/runc', '/run/crun']

/** What Podman makes on the host whatever it is told, and what nobody has a use for but it. */
const BLOB_CACHE = '/var/lib/containers/cache/blob-info-cache-v1.boltdb'

const COMMAND_LIMIT = 40_000

export class Podman implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  readonly name = basename(this.dir)
  readonly #hadCache = existsSync(BLOB_CACHE)

  /** `documented` is a word that chooses among the containers.conf of docs/podman.md. */
  constructor(documented = 'runtime_supports_json') {
    for (const part of ['bin', 'home', 'network']) mkdirSync(join(this.dir, part))
    writeFileSync(this.#path('bin/crun'), CRUN, { mode: 0o755 })
    writeFileSync(this.#path('containers.conf'), configuration(this.#path('bin/crun'), documented))
  }

  /** Makes the image. Podman has to be asked before it takes a name without a registry, so the name has one. */
  async import(): Promise<void> {
    await this.ok(['import', '--quiet', '--change', 'CMD=["sh"]', await packRootfs(this.dir), IMAGE])
  }

  /** The environment and the leading arguments by which Podman keeps to the directory. */
  get client(): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
    const places = ['root', 'runroot', 'tmpdir'].flatMap((place) => [`--${place}`, this.#path(place)])
    const ways = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file']
    const env = { PATH: SEARCH_PATH, HOME: this.#path('home'), CONTAINERS_CONF: this.#path('containers.conf') }
    return { argv: [pathOf('podman'), ...places, ...ways, '--network-config-dir', this.#path('network')], env }
  }

  /** Runs podman on `args` to its end, however it ends. */
  podman(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    const env = { ...this.client.env, ...options.env }
    return runProgram(this.dir, [...this.client.argv, ...args], { limit: COMMAND_LIMIT, ...options, env })
  }

  /** Runs podman on `args`, which must succeed, and gives its standard output, trimmed. */
  async ok(args: readonly string[], options: SpawnOptions = {}): Promise<string> {
    return succeeded(await this.podman(args, options))
  }

  /** Fails where a container, or a runtime's state of one, or anything else of this Podman is left on the host. */
  async assertLeavesNothing(): Promise<void> {
    const containers = await this.ok(['ps', '--all', '--quiet'])
    if (containers !== '') throw new Error(`Cannot call Podman done: it still has ${containers}`)
    const states = statesNaming(this.dir)
    if (states.length > 0) throw new Error(`Cannot call Podman done: state is left in ${states.join(', ')}`)
    await eventually('every conmon to end', () => processesNaming(this.dir).length === 0)
    this.#removeCgroups()
    await assertNothingLeftOf({ name: this.name, sessions: [] }, this.dir)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sweepEngine({ name: this.name, sessions: [] }, this.dir)
    for (const state of statesNaming(this.dir)) rmSync(state, { recursive: true })
    rmSync(this.dir, { recursive: true, force: true })
    if (!this.#hadCache) removeCache()
  }

  /** Podman has the runtime make the cgroup above a container and that of a pod, makes one for conmon, and leaves them. */
  #removeCgroups(): void {
    const made = [...cgroupsBelow(this.name)].filter((name) => !name.startsWith('libpod-'))
    for (const path of [...made.map((name) => `${this.name}/${name}`), this.name]) removeEmptyCgroup(path)
  }

  #path(part: string): string {
    return join(this.dir, part)
  }
}

/**
 * crun refuses a hybrid layout where the v2 hierarchy owns a controller, and takes it as v1 where a tmpfs covers that
 * hierarchy: in a mount namespace that ends with the command.
 */
const CRUN = `#!/bin/sh
if ! grep -qs . /sys/fs/cgroup/unified/cgroup.controllers; then exec ${Bun.which('crun') ?? 'crun'} "$@"; fi
exec unshare --mount sh -c 'mount -t tmpfs none /sys/fs/cgroup/unified && exec crun "$@"' crun "$@"
`

/** What docs/podman.md says, with the binary under test, and what leaves a host that is not ours alone. */
function configuration(crun: string, documented: string): string {
  const text = docBlock('podman.md', 'toml', documented).replaceAll('/usr/local/bin/bunc', buncPath)
  return [
    text
      // The other way to lock is a file in /dev/shm that every Podman of the host shares.
      .replace('[engine]\n', '[engine]\nlock_type = "file"\n')
      .replace('[engine.runtimes]\n', `[engine.runtimes]\ncrun = ["${crun}"]\nrunc = ["${pathOf('runc')}"]\n`),
    // Podman would raise the limits, which takes CAP_SYS_RESOURCE; every host can lower them.
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\nnetns = "none"\n',
  ].join('\n')
}

/** The state directories of runtimes in which `dir` is mentioned: those of its containers. */
function statesNaming(dir: string): string[] {
  return STATE_ROOTS.filter((root) => existsSync(root)).flatMap((root) =>
    readdirSync(root)
      .map((id) => join(root, id))
      .filter((path) => ['state.json', 'status'].some((file) => mentions(join(path, file), dir))),
  )
}

function mentions(file: string, text: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').includes(text)
}

/** The names of the cgroups right below `name`, of all hierarchies. */
function cgroupsBelow(name: string): Set<string> {
  const root = '/sys/fs/cgroup'
  const places = [root, ...readdirSync(root).map((entry) => join(root, entry))].map((dir) => join(dir, name))
  const entries = places.filter((dir) => existsSync(dir)).flatMap((dir) => readdirSync(dir, { withFileTypes: true }))
  return new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name))
}

function removeCache(): void {
  rmSync(BLOB_CACHE, { force: true })
  for (const dir of ['/var/lib/containers/cache', '/var/lib/containers']) {
    if (existsSync(dir) && readdirSync(dir).length === 0) rmdirSync(dir)
  }
}
