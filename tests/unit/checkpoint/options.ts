// The options of criu as tests compare them: by the names that criu's rpc.proto has for them.

import { OPTION } from '#src/checkpoint/messages.ts'
import type { Message } from '#src/checkpoint/protobuf.ts'

const NAMES = new Map<number, string>(Object.entries(OPTION).map(([name, number]) => [number, name]))

/** Takes options, gives them by name, without those that are left out, in their order. */
export function named(options: Message): [name: string, value: unknown][] {
  return options
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => [NAMES.get(field) ?? String(field), value])
}
