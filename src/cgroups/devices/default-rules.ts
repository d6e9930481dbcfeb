// The devices that every container may use, whatever its config says: those that runc allows.

import type { DeviceRule } from './rule.ts'

const MEMORY = 1
const TTY = 5
const MISC = 10
const PTS = 136

/**
 * They come last, as the last rule that speaks of an access decides about it. 5:1 is not among them: a container's
 * /dev/console is a pty, and 5:1 the console of the host.
 */
export const DEFAULT_DEVICE_RULES: readonly DeviceRule[] = [
  // Making a node is harmless where opening it is not allowed, and images are unpacked in containers.
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  { allow: true, type: 'c', major: MEMORY, minor: 3, access: 'rwm' }, // /dev/null
  { allow: true, type: 'c', major: MEMORY, minor: 5, access: 'rwm' }, // /dev/zero
  { allow: true, type: 'c', major: MEMORY, minor: 7, access: 'rwm' }, // /dev/full
  { allow: true, type: 'c', major: MEMORY, minor: 8, access: 'rwm' }, // /dev/random
  { allow: true, type: 'c', major: MEMORY, minor: 9, access: 'rwm' }, // /dev/urandom
  { allow: true, type: 'c', major: TTY, minor: 0, access: 'rwm' }, // /dev/tty
  { allow: true, type: 'c', major: TTY, minor: 2, access: 'rwm' }, // /dev/ptmx
  { allow: true, type: 'c', major: PTS, access: 'rwm' }, // /dev/pts/*
  { allow: true, type: 'c', major: MISC, minor: 200, access: 'rwm' }, // /dev/net/tun
]
