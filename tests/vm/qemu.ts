// QEMU without hardware help: Debian's own kernel, a snapshot of the image as the first disk, /share as the second,
// virtio ports for the command's output, its status and its files.
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cpio } from './image/cpio.ts'
import { makeDisk } from './image/disk.ts'
import { kernelArguments, type Launch, type Start } from './launch.ts'
import { tool } from './tool.ts'

/** One processor: with several, QEMU 7.2's threads now and then run kernel code that is just being patched. */
const MACHINES = {
  x86_64: { program: ['qemu-system-x86_64', '-machine', 'q35', '-cpu', 'max'], console: 'ttyS0' },
  aarch64: { program: ['qemu-system-aarch64', '-machine', 'virt', '-cpu', 'cortex-a72'], console: 'ttyAMA0' },
} as const

/**
 * The command line that starts a machine under QEMU, having put the disk and the initrd that it needs in `control`.
 * @param start what to start
 */
export async function launchQemu({ job, image, control }: Start): Promise<Launch> {
  const { program, console } = MACHINES[job.kind.arch]
  await makeShare(job.share ?? {}, control)
  await Bun.write(`${control}/initrd`, await initrd(image, control))
  const kernel = [`console=${console}`, 'mitigations=off', 'random.trust_cpu=on', ...kernelArguments(job)]
  const argv = [
    ...[...program, '-accel', 'tcg', '-smp', '1', '-m', String(job.memoryMiB ?? 2048)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', `${image}/kernel`, '-initrd', `${control}/initrd`, '-append', kernel.join(' ')],
    // A file: standard error is a socket here, which cannot be opened by name.
    ...['-serial', `file:${control}/console`],
    // Never written, but User-mode Linux locks it in a way that QEMU does not share.
    ...disk('root', `${image}/root.ext4`, 'snapshot=on,cache=unsafe,file.locking=off'),
    ...disk('share', `${control}/share.ext4`, 'readonly=on'),
    ...['-device', 'virtio-serial-pci', ...port('output', 'stdio,signal=off')],
    ...port('status', `file,path=${control}/status`),
    ...port('files', `file,path=${control}/files.tar`),
  ]
  return { argv: ['setpriv', '--pdeathsig', 'KILL', ...argv], cwd: control }
}

/**
 * Unpacks the files that the guest sent.
 * @param control the control directory of a machine that has ended
 */
export async function receiveFiles(control: string) {
  await tool(['tar', '-xf', `${control}/files.tar`, '-C', `${control}/files`])
}

function disk(name: string, file: string, options: string): string[] {
  return ['-drive', `if=none,id=${name},file=${file},format=raw,${options}`, '-device', `virtio-blk-pci,drive=${name}`]
}

function port(name: string, chardev: string): string[] {
  const [type, ...options] = chardev.split(',')
  const definition = [type, `id=${name}`, ...options].join(',')
  return ['-chardev', definition, '-device', `virtserialport,chardev=${name},name=${name}`]
}

async function makeShare(share: Readonly<Record<string, string>>, control: string) {
  const directory = `${control}/share`
  await mkdir(directory)
  for (const [name, path] of Object.entries(share)) {
    await mkdir(dirname(`${directory}/${name}`), { recursive: true })
    await tool(['cp', '--archive', '--reflink=auto', path, `${directory}/${name}`])
  }
  const used = await tool(['du', '-sm', '--apparent-size', directory])
  await makeDisk(directory, `${control}/share.ext4`, Math.ceil(Number.parseInt(used, 10) * 1.2) + 32)
}

/** The kernel unpacks archives that stand one after another: the image's, then this machine's command. */
async function initrd(image: string, control: string): Promise<Uint8Array<ArrayBuffer>> {
  const command = await Bun.file(`${control}/command`).bytes()
  const added = cpio([{ path: 'control' }, { path: 'control/command', content: command }])
  return Buffer.concat([await Bun.file(`${image}/initrd`).bytes(), added])
}
