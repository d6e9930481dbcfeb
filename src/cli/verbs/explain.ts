// `bunc explain`.

import { readConfig } from '#src/config/config.ts'
import { explain } from '#src/explain/explain.ts'
import { explanationText } from '#src/explain/text.ts'
import { thisHost } from '#src/explain/this-host.ts'
import { Failure } from '#src/failure.ts'
import { driver, readBundle } from '../create-options.ts'
import { absolute } from '../paths.ts'
import type { Verb } from '../verb.ts'

/** Prints what `create` would do; 1 where it would fail. */
export const explainVerb: Verb<'explain'> = (world, { operands, options, global }) => {
  const bundle = absolute(world.cwd, operands.bundle)
  const configText = readBundle(world, `${bundle}/config.json`)
  const config = readConfig(configText)
  const cgroupDriver = driver(global)
  if (cgroupDriver === 'systemd')
    throw new Failure('Cannot explain what systemd would do', 'leave --systemd-cgroup out to see all other calls')
  const explanation = explain(
    thisHost(world.kernel.here, { config, bundle, rootfs: absolute(bundle, config.root.path) }),
    {
      store: world.store,
      id: 'explained',
      bundle,
      config,
      configText,
      cgroupDriver,
      consoleSocket: config.process?.terminal === true ? '/run/console.sock' : undefined,
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      owner: '',
      warn: world.warn,
    },
  )
  if (options.json) world.print(`${JSON.stringify({ bundle, ...explanation }, null, 2)}\n`)
  else world.print(explanationText(explanation, 'config.json'))
  return explanation.error === undefined ? 0 : 1
}
