// User-mode Linux: the kernel is a program of this host, its disk a copy-on-write view of the image, /share a view of
// host directories (hostfs). The kernel runs in a root of its own, because it needs a newer C library than the host
// may have, and in private namespaces, which take every process and mount with them.
import { kernelArguments, type Launch, type Start } from './launch.ts'
import { enclosed } from './tool.ts'

/**
 * The command line that starts a machine under User-mode Linux.
 * @param start what to start; its image is x86_64's
 */
export function launchUml({ job, image, control }: Start): Launch {
  const shared = Object.entries(job.share ?? {}).flatMap(([name, path]) => [path, `share/${name}`])
  const kernel = [
    ...['/linux', `mem=${job.memoryMiB ?? 2048}M`],
    // The guest's memory and the blocks that it writes are files in /tmp, a file system in memory.
    ...['ubd0=/tmp/disk,/image/root.ext4', 'root=/dev/ubda', 'rootfstype=ext4', 'rw'],
    ...['con=null', 'con0=null,fd:2', 'ssl=null', 'ssl0=null,fd:1'],
    // seccomp=auto: system call interception by seccomp where the kernel can, else by ptrace.
    ...['seccomp=auto', 'noreboot', ...kernelArguments(job)],
  ]
  // Without HOME the kernel segfaults looking for a place for its management socket.
  const environment = ['env', '-i', 'PATH=/usr/sbin:/usr/bin', 'HOME=/tmp', 'TMPDIR=/tmp', 'chroot', '.']
  const mounts = [image, 'image', ...shared, '--', control]
  const enter = ['sh', `${import.meta.dir}/enter-uml-root.sh`, ...mounts, ...environment, ...kernel]
  return { argv: enclosed(enter), cwd: `${image}/uml` }
}
