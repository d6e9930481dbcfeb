// The kernels: Debian's cloud kernel with a tiny initrd for QEMU, and User-mode Linux, which is a program. Each leaves
// its modules in the root that it will run. Knows nothing about how a machine is started.
import { chmod, cp, mkdir, readdir, rm } from 'node:fs/promises'
import { enclosed, tool } from '../tool.ts'
import { cpio, type Entry } from './cpio.ts'
import { resolveMetapackage, unpackPackage, type Root } from './debian.ts'
import { DISK_MODULES, UML_SUITES } from './packages.ts'

const GUEST = `${import.meta.dir}/../guest`

/**
 * Debian's cloud kernel: `kernel` and `initrd` in the image directory, the modules in the root.
 * @param image the image directory
 * @param root the root, busybox included
 */
export async function addCloudKernel(image: string, root: Root) {
  const tree = `${image}/cloud-kernel`
  await unpackPackage(root, await resolveMetapackage(root, `linux-image-cloud-${root.architecture}`), tree)
  const version = await onlyEntry(`${tree}/usr/lib/modules`)
  await cp(`${tree}/boot/vmlinuz-${version}`, `${image}/kernel`)
  await Bun.write(`${image}/initrd`, await initrd(`${tree}/usr/lib/modules/${version}`, root))
  await addModules(`${tree}/usr/lib/modules`, root)
  await rm(tree, { recursive: true })
}

async function initrd(modules: string, root: Root): Promise<Uint8Array<ArrayBuffer>> {
  const directories = ['bin', 'modules', 'proc', 'dev', 'root'].map((path): Entry => ({ path }))
  const programs: Entry[] = [
    { path: 'init', content: await Bun.file(`${GUEST}/initrd-init`).bytes(), executable: true },
    { path: 'bin/busybox', content: await Bun.file(`${root.directory}/usr/bin/busybox`).bytes(), executable: true },
  ]
  const found = await Promise.all(DISK_MODULES.map((name) => moduleContent(modules, name)))
  const loaded = found.flatMap((content, index): Entry[] =>
    content === undefined ? [] : [{ path: `modules/${String(index).padStart(2, '0')}.ko`, content }],
  )
  return cpio([...directories, ...programs, ...loaded])
}

async function moduleContent(modules: string, name: string): Promise<Uint8Array | undefined> {
  for await (const path of new Bun.Glob(`kernel/**/${name}.ko*`).scan(modules)) {
    if (!path.endsWith('.xz')) return Bun.file(`${modules}/${path}`).bytes()
    const unpacked = Bun.spawn(['xz', '--decompress', '--stdout', `${modules}/${path}`])
    return unpacked.stdout.bytes()
  }
  return undefined
}

/**
 * User-mode Linux: `uml` in the image directory, a root of its own for the kernel program, and the modules in the
 * guest's root. Takes the first of the suites whose kernel starts here.
 * @param image the image directory
 * @param root the guest's root, the source of the C library too: the kernel needs a newer one than the host may have
 * @returns the suite that was taken
 * @throws Error when no suite's kernel starts
 */
export async function addUmlKernel(image: string, root: Root): Promise<string> {
  const failures: unknown[] = []
  for (const suite of UML_SUITES) {
    const tree = `${image}/uml-kernel`
    try {
      await unpackPackage(root, `user-mode-linux/${suite}`, tree)
      await makeUmlRoot(`${image}/uml`, `${tree}/usr/bin/linux.uml`, root)
      await stripModules(`${tree}/usr/lib/uml/modules`)
      await addModules(`${tree}/usr/lib/uml/modules`, root)
      return suite
    } catch (failure) {
      failures.push(failure)
    } finally {
      await rm(tree, { recursive: true, force: true })
    }
  }
  throw new AggregateError(failures, `Cannot start User-mode Linux of any suite: ${failures.join('; ')}`)
}

async function makeUmlRoot(uml: string, kernel: string, root: Root) {
  await rm(uml, { recursive: true, force: true })
  for (const name of ['lib64', 'lib', 'proc', 'dev', 'tmp', 'image', 'control', 'share']) {
    await mkdir(`${uml}/${name}`, { recursive: true })
  }
  const libraries = `${root.directory}/usr/lib/x86_64-linux-gnu`
  await cp(kernel, `${uml}/linux`)
  await chmod(`${uml}/linux`, 0o755)
  await tool(['cp', '--dereference', `${libraries}/ld-linux-x86-64.so.2`, `${uml}/lib64/`])
  // The kernel links against libc alone, but its threads end by pthread_cancel, which loads libgcc_s at poweroff.
  await tool(['cp', '--dereference', `${libraries}/libc.so.6`, `${libraries}/libgcc_s.so.1`, `${uml}/lib/`])
  // Even --version reads /proc/self/exe.
  const version = 'mount -t proc proc "$0/proc" && exec chroot "$0" /linux --version'
  await tool(enclosed(['sh', '-c', version, uml]))
}

/** Debug symbols are nine tenths of User-mode Linux's modules. */
async function stripModules(modules: string) {
  const files = await Array.fromAsync(new Bun.Glob('**/*.ko').scan({ cwd: modules, absolute: true }))
  await tool(['strip', '--strip-debug', ...files])
}

async function addModules(modules: string, root: Root) {
  const version = await onlyEntry(modules)
  await cp(`${modules}/${version}`, `${root.directory}/usr/lib/modules/${version}`, { recursive: true })
  await tool(['depmod', '--basedir', root.directory, version])
}

async function onlyEntry(directory: string): Promise<string> {
  const entries = await readdir(directory)
  if (entries.length !== 1 || entries[0] === undefined) {
    throw new Error(`Cannot tell the kernel version: "${directory}" has ${entries.length} entries`)
  }
  return entries[0]
}
