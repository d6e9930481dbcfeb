// Passes on what a container says of its readiness (sd_notify(3)) to whoever has started bunc: systemd, with Type=notify.
// The container gets a socket of bunc's in a directory of its own, and of what it sends there the host hears READY= alone:
// which process is the main one is for bunc to say.

import { type Sys, tolerating } from '#ffi/call.ts'
import { pipe, poll } from '#ffi/calls/descriptor.ts'
import { fchmodat, mkdirat, openat, read, unlinkat } from '#ffi/calls/file.ts'
import { openTree } from '#ffi/calls/mount.ts'
import { bindUnix, connectUnix, sendMessage, unixSocket } from '#ffi/calls/socket.ts'
import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import type { Aside } from '#src/console/foreground.ts'
import type { CreateOptions, ExtraMount } from './site.ts'
import { openProcess } from './status.ts'
import type { Known } from './store.ts'

const DIRECTORY = 'notify'
const SOCKET = 'notify.sock'
/** Where containers look for it: runc's place. */
const DESTINATION = '/run/notify'

/** Makes the directory of the socket and a mount of it that only shows what is in it. */
const extraMount: ExtraMount = {
  destination: DESTINATION,
  make: (here, directory) => {
    here(mkdirat('cwd', `${directory}/${DIRECTORY}`, 0o755))
    return here(openTree('cwd', `${directory}/${DIRECTORY}`, ['CLONE']))
  },
  change: { set: ['RDONLY', 'NOSUID', 'NODEV', 'NOEXEC'], propagation: 'PRIVATE' },
}

/** Takes what a container is to be made from, gives it with the socket's directory and NOTIFY_SOCKET. */
export function withNotifySocket(options: CreateOptions): CreateOptions {
  const { config } = options
  if (config.process === undefined) return options
  const env = [...config.process.env, `NOTIFY_SOCKET=${DESTINATION}/${SOCKET}`]
  return { ...options, config: { ...config, process: { ...config.process, env } }, extraMount }
}

/** Whoever is to be told: NOTIFY_SOCKET of bunc's environment, an absolute path or "@" and an abstract name. */
export interface Notify {
  readonly address: string
  /** Told when nobody can be told, which is no reason not to run. */
  readonly warn: (error: unknown) => void
}

/**
 * Begins to listen to a container that is about to start; gives undefined if it was made without a socket, or if there is
 * nobody to be told.
 */
export type Listen = (here: Sys, known: Known) => Listening | undefined

/** Takes who is to be told, gives how to listen for them. */
export function listenFor(notify: Notify): Listen {
  return (here, known) => listen(here, known, notify)
}

function listen(here: Sys, { directory, state }: Known, notify: Notify): Listening | undefined {
  using place = here(tolerating(openat('cwd', `${directory}/${DIRECTORY}`, ['PATH', 'DIRECTORY']), 'ENOENT'))
  if (place.missing) return undefined
  try {
    return doing(`pass notifications on to "${notify.address}"`, () => {
      using open = new DisposableStack()
      const host = open.use(here(unixSocket('DGRAM')))
      here(connectUnix(host, notify.address))
      const socket = open.use(here(unixSocket('DGRAM')))
      // Left by a start that was killed.
      here(tolerating(unlinkat(place, SOCKET, []), 'ENOENT'))
      // The path of a state directory may be longer than that of a socket.
      here(bindUnix(socket, `/proc/self/fd/${place.number}/${SOCKET}`))
      here(fchmodat(place, SOCKET, 0o777))
      open.move()
      return new Listening(here, { socket, host, state, warn: notify.warn })
    })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    notify.warn(error)
    return undefined
  }
}

const LONGEST_MESSAGE = 65536
const BARRIER_MS = 30_000

interface Ends extends Pick<Notify, 'warn'> {
  readonly socket: Fd
  readonly host: Fd
  readonly state: Known['state']
}

/** A socket that a container sends to, and the one that what it says is passed on to. */
export class Listening implements Aside, Disposable {
  readonly fd: Fd
  readonly #here: Sys
  readonly #host: Fd
  readonly #state: Known['state']
  readonly #warn: Notify['warn']

  constructor(here: Sys, { socket, host, state, warn }: Ends) {
    this.#here = here
    this.#warn = warn
    this.fd = socket
    this.#host = host
    this.#state = state
  }

  /** Takes one message, passes it on if the container is ready. Gives whether there is more to wait for. */
  ready(): boolean {
    const lines = decodeText(this.#here(read(this.fd, LONGEST_MESSAGE))).split('\n')
    const said = lines.find((line) => line.startsWith('READY='))
    if (said === undefined) return true
    this.#tell(said)
    return false
  }

  /** Waits until the container is ready, or has ended; then whoever was told looks after its first process. */
  untilReady(): void {
    using pidfd = openProcess(this.#here, this.#state)
    if (pidfd === undefined) return
    for (;;) {
      const waiting = [this.fd, pidfd].map((fd) => ({ fd, for: ['IN'] as const }))
      const [said, ended] = this.#here(poll(waiting, -1))
      if (said && !this.ready()) break
      if (ended && !said) return
    }
    this.#tell(`MAINPID=${this.#state.pid}`)
    this.#barrier()
  }

  [Symbol.dispose](): void {
    this.fd[Symbol.dispose]()
    this.#host[Symbol.dispose]()
  }

  #tell(text: string, descriptors: readonly Fd[] = []): void {
    try {
      this.#here(sendMessage(this.#host, { text, descriptors }))
    } catch (error) {
      // Whoever wanted to hear it is gone; the container goes on.
      if (!(error instanceof SyscallError)) throw error
      this.#warn(error)
    }
  }

  /** Waits until all was read (sd_notify_barrier(3)): systemd must find bunc alive to know who it was that spoke. */
  #barrier(): void {
    const [reading, writing] = this.#here(pipe(['CLOEXEC']))
    using closed = reading
    {
      using sent = writing
      this.#tell('BARRIER=1', [sent])
    }
    this.#here(poll([{ fd: closed, for: ['IN'] }], BARRIER_MS))
  }
}
