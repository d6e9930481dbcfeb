// Whether this host can grant every capability: in a container or a virtual machine of someone else's, one or another
// is often missing, and no runtime can then start a privileged container for root.
import { readFileSync } from 'node:fs'

const bounding = BigInt(`0x${/^CapBnd:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`)
const last = BigInt(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8').trim())

/** True where the bounding set holds every capability that the kernel knows. */
export const grantsEveryCapability = bounding === (1n << (last + 1n)) - 1n
