// Socket activation (sd_listen_fds(3)): sockets that bunc was started with go on to the container.

import { variable } from './environment.ts'

/** What comes from bunc's environment: how many sockets from descriptor 3 on, and what the container is told of them. */
export interface ListenFds {
  readonly count: number
  readonly env: readonly string[]
}

/** Takes bunc's pid. Sockets that are meant for another process are left alone. */
export function listenFds(pid: number): ListenFds {
  const count = Number(variable('LISTEN_FDS') ?? 0)
  if (variable('LISTEN_PID') !== String(pid) || !Number.isSafeInteger(count) || count <= 0) return { count: 0, env: [] }
  // The container's first process is number 1 where it looks.
  return { count, env: [`LISTEN_FDS=${count}`, 'LISTEN_PID=1'] }
}
