// CVE-2024-3154: an engine passes the annotations of a stranger on to the runtime, and some of them set properties of the
// unit, or name a file of the host. The engine has to leave those out, and can know them from nobody but the runtime.

import { writeConfig } from '#tests/support/bundle.ts'
import type { Box } from '#tests/support/box.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'
import { WAIT } from '#tests/support/box.ts'
import { attack } from './attack.ts'

/** What a stranger asks for. */
const ASKED = {
  'org.systemd.property.SuccessAction': "'reboot'",
  'org.criu.config': '/etc/shadow',
  'com.example.harmless': 'yes',
}

/** Makes a container with annotations, gives those that it has. */
async function arrived(box: Box, annotations: Readonly<Record<string, string>>): Promise<readonly string[]> {
  writeConfig(box.bundleDir, merge(defaultSpec(box.name), { annotations, process: { args: WAIT } }))
  await box.ok(['create', '--bundle', box.bundleDir, box.name])
  const state = await box.state()
  return Object.keys(state.annotations ?? {})
}

/** An engine that leaves out what the runtime calls unsafe; a name that ends with a dot is the beginning of others. */
async function safe(box: Box): Promise<Readonly<Record<string, string>>> {
  const { potentiallyUnsafeConfigAnnotations: unsafe }: { potentiallyUnsafeConfigAnnotations: readonly string[] } =
    JSON.parse(await box.ok(['features']))
  const isUnsafe = (name: string) => unsafe.some((row) => (row.endsWith('.') ? name.startsWith(row) : name === row))
  return Object.fromEntries(Object.entries(ASKED).filter(([name]) => !isUnsafe(name)))
}

attack({
  name: 'CVE-2024-3154: an annotation of a stranger becomes a property of the unit',
  prepare: () => undefined,
  naive: (box) => arrived(box, ASKED),
  bunc: async (box) => {
    const names = await arrived(box, await safe(box))
    if (!names.includes('com.example.harmless'))
      throw new Error('Cannot say that the attack has failed: nothing arrived')
    return names
  },
  harm: (_, __, given) => Array.isArray(given) && given.some((name) => /^org\.(systemd|criu)\./.test(String(name))),
})
