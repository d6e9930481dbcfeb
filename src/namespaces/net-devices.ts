// `linux.netDevices`: interfaces of the host that move into the container's network namespace, with their addresses, and
// back again should the making fail: the kernel would take those that are not hardware away with the namespace.

import type { Sys } from '#ffi/call.ts'
import { openat, read } from '#ffi/calls/file.ts'
import {
  addAddress,
  type Address,
  allAddresses,
  allLinks,
  type Link,
  linkNamed,
  linkUp,
  moveLink,
  type NetlinkReply,
  type NetlinkRequest,
  netlinkSocket,
  parseReplies,
  sendRequest,
} from '#ffi/calls/netlink.ts'
import { setns } from '#ffi/calls/namespace.ts'
import { pidfdGetfd } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { errnoSentence } from '#ffi/errno.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Kernel, Task } from '#ffi/perform/kernel.ts'
import type { Linux } from '#src/config/schema/linux.ts'
import { Failure } from '#src/failure.ts'

/** Where to note how it is taken back, and whom to tell if that fails. */
export interface Keeping {
  readonly undo: DisposableStack
  readonly warn: (error: unknown) => void
}

/**
 * Moves interfaces into the network namespace of a task. All of it is asked by bunc, with bunc's power: the task has none
 * over the host's namespace, and none over one that it has joined from a user namespace. Throws a Failure that names the
 * interface.
 */
export function moveNetDevices(kernel: Kernel, task: Task, devices: Linux['netDevices'], keeping: Keeping): void {
  const wanted = Object.entries(devices)
  if (wanted.length === 0) return
  const { here } = kernel
  using ends = openEnds(kernel, task)
  for (const [host, { name }] of wanted)
    doing(`move linux.netDevices["${host}"] into the container`, () => {
      const device = found(here, ends.outside.socket, host)
      const moved = transfer(here, device, { from: ends.outside, to: ends.inside, name: name || host })
      keeping.undo.defer(() => moveBack(kernel, task, { device, moved, warn: keeping.warn }))
      complete(here, ends.inside.socket, moved, { ...device, up: true })
    })
}

/** A network namespace, and a socket in it. */
interface End {
  readonly namespace: Fd
  readonly socket: Fd
}

/** Both namespaces, open in bunc. */
interface Ends extends Disposable {
  readonly outside: End
  readonly inside: End
}

function openEnds(kernel: Kernel, { pid, sys }: Task): Ends {
  const { here } = kernel
  // It may have to make or join that namespace yet.
  sys.flush()
  using open = new DisposableStack()
  const namespaceOf = (pid: number | 'self') => open.use(here(openat('cwd', `/proc/${pid}/ns/net`, ['RDONLY'])))
  const outside = { namespace: namespaceOf('self'), socket: open.use(here(netlinkSocket())) }
  const namespace = namespaceOf(pid)
  const inside = { namespace, socket: open.use(socketIn(kernel, namespace)) }
  const kept = open.move()
  return { outside, inside, [Symbol.dispose]: () => kept.dispose() }
}

/** A netlink socket of a network namespace, made by a task that goes there for nothing else. */
function socketIn(kernel: Kernel, namespace: Fd): Fd {
  using visitor = kernel.task({ namespaces: [], inherit: [namespace] })
  visitor.sys(setns(visitor.inherit(namespace), ['NEWNET']))
  using made = visitor.sys(netlinkSocket())
  return kernel.here(pidfdGetfd(visitor.pidfd, made.number))
}

/** An interface with what is lost when it moves. */
interface Device {
  readonly name: string
  readonly index: number
  readonly up: boolean
  readonly addresses: readonly Address[]
}

/** RT_SCOPE_UNIVERSE: an address that is not of this link or host alone; the others come by themselves. */
const UNIVERSE = 0

function found(here: Sys, socket: Fd, name: string): Device {
  const { index, up } = linkIn(here, socket, name)
  const addresses = ask(here, socket, allAddresses).filter((reply) => reply.kind === 'address')
  const own = addresses.filter((one) => one.index === index && one.permanent && one.scope === UNIVERSE)
  return { name, index, up, addresses: own }
}

/** Moves an interface, gives it as it is in its new place. `name` may be a template as "eth%d". */
function transfer(here: Sys, { index }: Device, { from, to, name }: { from: End; to: End; name: string }): Link {
  const template = name.includes('%')
  const before = linksIn(here, to.socket)
  // The kernel would move it first, and refuse to rename it then.
  if (before.some((link) => link.name === name))
    throw new Failure(
      `an interface "${name}" exists there already`,
      'linux.netDevices can give it another name, or a template as "eth%d"',
    )
  ask(here, from.socket, moveLink(index, to.namespace, name))
  if (!template) return linkIn(here, to.socket, name)
  const added = linksIn(here, to.socket).find((link) => !before.some((other) => other.index === link.index))
  if (added === undefined) throw new Failure('nobody finds it where it went')
  return added
}

/** Gives an interface its addresses again, and brings it up if it is to be. */
function complete(here: Sys, socket: Fd, { index }: Link, { addresses, up }: Device): void {
  for (const address of addresses) ask(here, socket, addAddress(index, address))
  if (up) ask(here, socket, linkUp(index))
}

/** What is moved back if the container is not made after all. */
interface Return {
  readonly device: Device
  readonly moved: Link
  readonly warn: (error: unknown) => void
}

function moveBack(kernel: Kernel, task: Task, { device, moved, warn }: Return): void {
  try {
    doing(`move linux.netDevices["${device.name}"] back to the host`, () => {
      using ends = openEnds(kernel, task)
      const there = { from: ends.inside, to: ends.outside, name: device.name }
      const back = transfer(kernel.here, { ...device, index: moved.index }, there)
      complete(kernel.here, ends.outside.socket, back, device)
    })
  } catch (error) {
    warn(error)
  }
}

function linkIn(here: Sys, socket: Fd, name: string): Link {
  const link = ask(here, socket, linkNamed(name)).find((reply) => reply.kind === 'link')
  if (link === undefined) throw new Failure(`there is no interface "${name}"`)
  return link
}

function linksIn(here: Sys, socket: Fd): Link[] {
  return ask(here, socket, allLinks).filter((reply) => reply.kind === 'link')
}

const READ_AT_ONCE = 32_768

/** Makes a request, gives all answers to it. Throws a Failure when the kernel refuses it. */
function ask(here: Sys, socket: Fd, request: NetlinkRequest): NetlinkReply[] {
  here(sendRequest(socket, request))
  const answers: NetlinkReply[] = []
  for (;;) {
    const bytes = here(read(socket, READ_AT_ONCE))
    if (bytes.length === 0) throw new Failure(`${request.text}: no answer from the kernel`)
    for (const reply of parseReplies(bytes)) {
      if (reply.kind !== 'end') answers.push(reply)
      else if (reply.errno === undefined) return answers
      else throw new Failure(`${request.text} = ${reply.errno} (${errnoSentence(reply.errno)})`, HINTS[reply.errno])
    }
  }
}

const HINTS: { readonly [errno: string]: string } = {
  EINVAL: 'the kernel lets no bridge, no loopback and nothing else that belongs to its namespace be moved',
}
