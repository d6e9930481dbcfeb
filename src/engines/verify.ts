// Has an engine run a program in a container by bunc, as people will: what it needs for that is made, and taken away again
// whatever happens.

import { getpid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { found } from '#src/process/found.ts'
import type { EngineName, NewRuntime } from './engines.ts'
import { awaitKnown, DOCKER } from './docker-client.ts'
import { type Argv, ask, type Host, succeeds } from './host.ts'
import { payloadArchive, PROGRAM, VERIFIED } from './payload.ts'
import { verifyContainerd } from './verify-containerd.ts'

/** The client of each engine: the program that asks it for a container. */
const CLIENTS: Readonly<Record<EngineName, string>> = { docker: DOCKER[0], containerd: 'ctr', podman: 'podman' }

/**
 * Has an engine that runs make a container, by the runtime that was made known to it. Gives why that could not be tried, or
 * undefined where it was, and all was well. Throws a Failure with what the engine said.
 */
export function verify(host: Host, engine: EngineName, runtime: NewRuntime): string | undefined {
  const client = CLIENTS[engine]
  if (found(host.kernel.here, client, host.path) === undefined) return `"${client}" is not found`
  const name = `${runtime.name}-verify-${host.kernel.here(getpid())}`
  return doing(`have ${engine} run a container with ${runtime.name}`, () => {
    if (engine === 'containerd') verifyContainerd(host, name, runtime)
    else verifyByImage(host, name, clientOf(host, engine, runtime))
    return undefined
  })
}

/** How a client with images is called: for anything, and with the runtime for a container. */
interface Client {
  readonly program: Argv
  readonly run: Argv
}

function clientOf(host: Host, engine: Exclude<EngineName, 'containerd'>, runtime: NewRuntime): Client {
  if (engine === 'podman') return { program: ['podman'], run: ['podman', '--runtime', runtime.name, 'run'] }
  awaitKnown(host, runtime)
  return { program: DOCKER, run: [...DOCKER, 'run', '--runtime', runtime.name] }
}

function verifyByImage(host: Host, name: string, { program, run }: Client): void {
  const image = `${name}:latest`
  const remove: Argv = [...program, 'image', 'rm', '--force', image]
  try {
    host.show('making an image')
    ask(host, [...program, 'import', '-', image], { input: payloadArchive() })
    host.show('running a container')
    const flags = ['--rm', '--name', name, '--network', 'none']
    ask(host, [...run, ...flags, image, `/${PROGRAM}`], { expected: VERIFIED })
  } catch (error) {
    // Why it failed is what matters. The container first: an image that one was made of keeps its layers.
    succeeds(host, [...program, 'rm', '--force', name])
    succeeds(host, remove)
    throw error
  }
  host.show('removing the image')
  ask(host, remove)
}
