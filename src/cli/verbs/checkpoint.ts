// `bunc checkpoint`.

import { checkpoint } from '#src/checkpoint/checkpoint.ts'
import { criuSettings } from '../criu-settings.ts'
import { UsageError } from '../usage-error.ts'
import type { Verb } from '../verb.ts'

const MOST_PORTS = 65535

/** Saves a container. */
export const checkpointVerb: Verb<'checkpoint'> = (world, { options, operands }) => {
  const { pageServer, statusFd } = options
  checkpoint(world.kernel, {
    ...criuSettings(world, options),
    store: world.store,
    id: operands.container,
    leaveRunning: options.leaveRunning,
    preDump: options.preDump,
    parentPath: options.parentPath,
    pageServer: pageServer === undefined ? undefined : server(pageServer),
    tcpSkipInFlight: options.tcpSkipInFlight,
    linkRemap: options.linkRemap,
    statusFd: statusFd < 0 ? undefined : statusFd,
    warn: world.warn,
  })
  return 0
}

/** Takes ADDRESS:PORT; an address of IPv6 may stand in brackets. */
function server(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  const address = text.slice(0, Math.max(0, colon)).replace(/^\[(.*)\]$/, '$1')
  if (address === '' || !Number.isInteger(port) || port < 1 || port > MOST_PORTS)
    throw new UsageError(`Cannot read "--page-server" of "checkpoint": "${text}" is not ADDRESS:PORT`)
  return { address, port }
}
