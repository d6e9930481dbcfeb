// sd_notify(3): whether whoever has started bunc wants to hear that the container is ready. Most do not, and for them
// nothing of it is brought in.

import type { Listen } from '#src/container/notify.ts'
import type { CreateOptions } from '#src/container/site.ts'
import { variable } from './environment.ts'
import type { World } from './verb.ts'

/** NOTIFY_SOCKET as systemd writes it: a path, or "@" and an abstract name. Nothing else can be passed on. */
function address(): string | undefined {
  const value = variable('NOTIFY_SOCKET') ?? ''
  return value[0] === '/' || value[0] === '@' ? value : undefined
}

/** Gives how to listen for readiness, if anybody wants to hear of it. */
export async function listenIfAsked({ warn }: World): Promise<Listen | undefined> {
  const asked = address()
  return asked === undefined
    ? undefined
    : (await import('#src/container/notify.ts')).listenFor({ address: asked, warn })
}

/** Takes what a container is to be made from, gives it with a socket to notify, if anybody wants to hear of it. */
export async function withSocketIfAsked(options: CreateOptions): Promise<CreateOptions> {
  return address() === undefined ? options : (await import('#src/container/notify.ts')).withNotifySocket(options)
}
