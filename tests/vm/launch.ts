// What a backend is to boot(): the command line of the machine, and how the host reads its answer afterwards.
import type { Job } from './machine.ts'

/**
 * Starting a machine. `control` is a directory of the host's that the guest finds as /run/vm: `command` goes in;
 * `status` and `files` come out, and the kernel's `console` where it is not the machine's standard error.
 */
export type Start = { readonly job: Job; readonly image: string; readonly control: string }

/** A command line whose standard output is the guest's command's. */
export type Launch = { readonly argv: readonly string[]; readonly cwd: string }

/**
 * The kernel arguments that every machine gets; guest/run and guest/initrd-init read the `vm.` ones.
 * @param job what the machine is booted for
 */
export function kernelArguments({ kind, timeoutSeconds }: Job): string[] {
  const init = kind.systemd ? '/usr/lib/systemd/systemd' : '/usr/lib/vm/init'
  const systemd = kind.systemd ? ['systemd.unit=vm.target', 'systemd.show_status=false'] : []
  return [
    ...['quiet', 'panic=-1', 'audit=0', 'lsm=landlock,yama,apparmor,bpf', `init=${init}`, 'TERM=dumb', ...systemd],
    ...[`vm.init=${init}`, `vm.backend=${kind.backend}`, `vm.timeout=${timeoutSeconds}`],
  ]
}
