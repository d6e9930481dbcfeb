// The methods of systemd's manager that bunc calls (org.freedesktop.systemd1(5)): units are started and stopped, by jobs
// that are waited for, and their properties are set. Knows no container.

import { Bus, BusError, type CallArgument, type Message, type Property, type Whose } from './sd-bus.ts'

const SYSTEMD = {
  destination: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
} as const
const PROPERTIES = { ...SYSTEMD, interface: 'org.freedesktop.DBus.Properties' } as const
const BUS = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const

/** What runc and others wait for as well. */
const PATIENCE_MS = 30_000

/** Something that systemd is about to do with a unit. */
export interface Job {
  /** The D-Bus object. */
  readonly path: string
  readonly unit: string
}

/** systemd's manager of the system, or of a user. Every method throws a BusError, and so does making it. */
export class Systemd implements Disposable {
  readonly #bus: Bus

  constructor(whose: Whose) {
    this.#bus = new Bus(whose)
  }

  /** Has a unit started that has no file; gives the job for it. */
  startTransientUnit(name: string, properties: readonly Property[]): Job {
    return this.#job('StartTransientUnit', name, [
      { type: 's', value: name },
      { type: 's', value: 'replace' },
      { type: 'a(sv)', value: properties },
      { type: 'a(sa(sv))', value: [] },
    ])
  }

  /** Has a unit stopped, which ends its processes; gives the job for it. */
  stopUnit(name: string): Job {
    return this.#job('StopUnit', name, [
      { type: 's', value: name },
      { type: 's', value: 'replace' },
    ])
  }

  /** Lets systemd forget that a unit has failed, which keeps it loaded and its name in use. */
  resetFailedUnit(name: string): void {
    using reply = this.#call('ResetFailedUnit', [{ type: 's', value: name }])
    void reply
  }

  /** Changes properties until the unit ends. */
  setUnitProperties(name: string, properties: readonly Property[]): void {
    using reply = this.#call('SetUnitProperties', [
      { type: 's', value: name },
      { type: 'b', value: true },
      { type: 'a(sv)', value: properties },
    ])
    void reply
  }

  /** Moves processes of the caller's into a unit that is delegated to the caller, or into a cgroup below (systemd 238). */
  attachProcesses(name: string, below: string, pids: readonly number[]): void {
    using reply = this.#call('AttachProcessesToUnit', [
      { type: 's', value: name },
      { type: 's', value: below },
      { type: 'au', value: pids },
    ])
    void reply
  }

  /** The number of the release: 252 for "252.39-1~deb12u1", 0 for what begins with none. */
  version(): number {
    return Number(/\d+/.exec(this.#property('Version'))?.[0] ?? 0)
  }

  /** The cgroup that all units of this manager are in, as `/user.slice/…`; empty for the root. */
  controlGroup(): string {
    return this.#property('ControlGroup')
  }

  #property(name: string): string {
    const args = [{ type: 's', value: SYSTEMD.interface } as const, { type: 's', value: name } as const]
    using reply = this.#bus.call({ ...PROPERTIES, member: 'Get' }, args, PATIENCE_MS)
    return reply.readVariantText()
  }

  #call(member: string, args: readonly CallArgument[]): Message {
    return this.#bus.call({ ...SYSTEMD, member }, args, PATIENCE_MS)
  }

  #job(member: string, unit: string, args: readonly CallArgument[]): Job {
    // Before the call: a job can be done before its reply is read.
    using heard = this.#bus.call({ ...BUS, member: 'AddMatch' }, JOB_REMOVED, PATIENCE_MS)
    void heard
    using reply = this.#call(member, args)
    return { path: reply.readText('o'), unit }
  }

  /** Waits for the end of a job, half a minute at most. Throws a BusError unless what it was for is done. */
  await({ path, unit }: Job): void {
    const result = this.#resultOf(path)
    if (result !== 'done') throw new BusError(`Job.${result}`, `the job for the unit "${unit}" ended as "${result}"`)
  }

  #resultOf(job: string): string {
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
      using message = this.#bus.next(until - performance.now())
      if (!message?.isSignal(SYSTEMD.interface, 'JobRemoved')) continue
      message.readNumber()
      if (message.readText('o') !== job) continue
      // The unit, and then the result.
      message.readText('s')
      return message.readText('s')
    }
    return 'timeout'
  }

  [Symbol.dispose](): void {
    this.#bus[Symbol.dispose]()
  }
}

const JOB_REMOVED = [
  {
    type: 's',
    value: `type='signal',sender='${SYSTEMD.destination}',interface='${SYSTEMD.interface}',member='JobRemoved'`,
  },
] as const
