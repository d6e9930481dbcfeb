// What the Docker of this host says of itself: which runtimes it knows at this moment, whatever its file says.

import { poll } from '#ffi/calls/descriptor.ts'
import { Failure } from '#src/failure.ts'
import type { NewRuntime } from './engines.ts'
import { type Argv, ask, type Host } from './host.ts'

/** The client, for the daemon that reads the file, wherever else the user's context leads. */
export const DOCKER: Argv = ['docker', '--host', 'unix:///var/run/docker.sock']

/** dockerd reads its file some time after the signal: it starts the runtimes that it finds there, to see their features. */
const PATIENCE_MS = 15_000
const INTERVAL_MS = 100

/** Whether the daemon knows a runtime just so. Throws a Failure where its client ends with an error. */
export function knows(host: Host, runtime: NewRuntime): boolean {
  return whyUnknown(host, runtime) === undefined
}

/** Waits until the daemon knows a runtime. Throws a Failure where it does not come to know it. */
export function awaitKnown(host: Host, runtime: NewRuntime): void {
  const begun = performance.now()
  for (;;) {
    host.show('waiting for Docker to read its settings')
    const why = whyUnknown(host, runtime)
    if (why === undefined) return
    if (performance.now() - begun > PATIENCE_MS) throw new Failure(why, 'the journal may say why: journalctl -u docker')
    host.kernel.here(poll([], INTERVAL_MS))
  }
}

/** What is not as it should be: other settings of the file that the daemon refuses make it refuse this one, too. */
function whyUnknown(host: Host, { name, path, isDefault }: NewRuntime): string | undefined {
  const format = `{{.DefaultRuntime}} {{(index .Runtimes "${name}").Path}}`
  const said = ask(host, [...DOCKER, 'info', '--format', format]).trim()
  const line = said.split('\n').at(-1) ?? ''
  const at = line.indexOf(' ')
  const [byDefault, known] = at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
  if (known !== path) return `Docker has not come to know "${path}" as "${name}": it says "${said}"`
  return isDefault && byDefault !== name ? `Docker has "${byDefault}" as its default runtime` : undefined
}
