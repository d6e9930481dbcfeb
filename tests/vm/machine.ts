// The words of this folder: which machines exist, what one is asked to do, and how it can go wrong. Knows neither how
// an image is built nor how a machine is started.

export type Arch = 'x86_64' | 'aarch64'

/**
 * A kind of machine. User-mode Linux is a few times slower than the host and lacks some controllers; QEMU has
 * them and emulates everything, which is slower by far (README.md).
 */
export type Kind =
  | { readonly arch: 'x86_64'; readonly backend: 'uml' | 'qemu'; readonly systemd: boolean }
  | { readonly arch: 'aarch64'; readonly backend: 'qemu'; readonly systemd: false }

/** The kinds by name. */
export const KINDS = {
  uml: { arch: 'x86_64', backend: 'uml', systemd: false },
  umlSystemd: { arch: 'x86_64', backend: 'uml', systemd: true },
  qemu: { arch: 'x86_64', backend: 'qemu', systemd: false },
  qemuSystemd: { arch: 'x86_64', backend: 'qemu', systemd: true },
  aarch64: { arch: 'aarch64', backend: 'qemu', systemd: false },
} as const satisfies Readonly<Record<string, Kind>>

/** What a machine is booted for. */
export type Job = {
  readonly kind: Kind
  /** Shell script, run as root with /share as its working directory and nothing on its standard input. */
  readonly command: string
  /** For the command alone; booting is not counted. */
  readonly timeoutSeconds: number
  /** Names in the guest's /share (which is read-only) and the absolute host paths that stand behind them. */
  readonly share?: Readonly<Record<string, string>>
  readonly memoryMiB?: number
  /** Called with the command's output as it comes. */
  readonly onOutput?: (text: string) => unknown
}

/** The machine died or never reported: says nothing about what was tested in it. */
export class MachineFailure extends Error {
  override readonly name = 'MachineFailure'
}

/** The machine lived, its command did not end in time and was killed. */
export class CommandTimeout extends Error {
  override readonly name = 'CommandTimeout'
}

/**
 * The last lines of a text, for error messages.
 * @param text any text
 * @param lines how many to keep
 */
export function tail(text: string, lines: number): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
