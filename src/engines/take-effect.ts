// What follows once the settings of an engine were changed: the engine reads them, and proves it by a container.

import { doing } from '#ffi/context.ts'
import { Failure } from '#src/failure.ts'
import { knows } from './docker-client.ts'
import type { NewRuntime } from './engines.ts'
import type { Host } from './host.ts'
import { type InstallOptions, newRuntime } from './install.ts'
import { runningOf, tell, type Told } from './reload.ts'
import { verify } from './verify.ts'

/** The change that was made. */
export interface Change extends Pick<InstallOptions, 'engine' | 'binary' | 'isDefault'> {
  /** Whether the runtime was taken out, and not put in. */
  readonly uninstall: boolean
  /** Whether the file is another one now. */
  readonly changed: boolean
}

/** Lines for people, as soon as they are true. */
export type Say = (line: string) => void

/** Has the engine read its settings, and then run a container. Throws a Failure where it does not, with what it said. */
export function takeEffect(host: Host, change: Change, say: Say): void {
  const { engine, uninstall } = change
  const running = runningOf(host, engine)
  if (running === 'stopped') {
    say(uninstall ? readLater(engine) : `not verified: ${readLater(engine)}`)
    return
  }
  return withWayBack(change, () => {
    if (running !== 'when called' && isNews(host, change)) {
      host.show(`telling ${engine}`)
      for (const line of told(
        engine,
        doing(`make ${engine} read it`, () => tell(host, engine, running, uninstall)),
      ))
        say(line)
    }
    if (uninstall) return
    const untried = verify(host, engine, newRuntime(change))
    say(untried === undefined ? `verified: ${engine} has run a container with bunc` : `not verified: ${untried}`)
  })
}

/** Says what to do, of an engine that was not told. */
export function readIt(engine: string, command: string): string {
  return `to make ${engine} read it: ${command}`
}

/** Says that nothing is to be done, of an engine that does not run. */
export function readLater(engine: string): string {
  return `${engine} does not run: it will read the file when it starts`
}

/** Whether the engine has something to read: an earlier time may have left it alone, and Docker can be asked. */
function isNews(host: Host, { engine, uninstall, changed, ...rest }: Change): boolean {
  return changed || (engine === 'docker' && !uninstall && !isKnown(host, newRuntime(rest)))
}

/** A client that is missing, or an engine that does not answer, is for `verify` to tell. */
function isKnown(host: Host, runtime: NewRuntime): boolean {
  try {
    return knows(host, runtime)
  } catch (error) {
    if (error instanceof Failure) return true
    throw error
  }
}

function told(engine: string, outcome: Told): readonly string[] {
  if ('by' in outcome) return [`${engine} was told to read it: ${outcome.by}`]
  const { command, why } = outcome
  return [readIt(engine, command), ...(why === undefined ? [] : [`note: ${why}`])]
}

/** The file is as it was asked for, whatever the engine makes of it: what fails here says how to go back. */
function withWayBack({ engine, uninstall }: Change, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Failure) || uninstall) throw error
    const back = `the settings stay changed; to take them back: bunc install --uninstall ${engine}`
    const hint = error.hint === undefined ? back : `${error.hint}; ${back}`
    throw new Failure(error.message, hint, { actions: error.actions })
  }
}
