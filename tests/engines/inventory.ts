// Compares what processes of two runtimes find in their containers. Reads the output of inventory.sh and takes out of
// it the numbers that the kernel gives in passing: of mounts, of devices without a disk, of pipes, of layers.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { namespaceOwners } from './namespaces.ts'

/** The script that prints the inventory; it is given to `sh -c`. */
export const INVENTORY = readFileSync(join(import.meta.dir, 'inventory.sh'), 'utf8')

/** The inventory `text` in a form in which two of them can be compared line by line. */
export function comparable(text: string): string {
  const [, ...sections] = text.replace(/\r+\n/g, '\n').split(/^== /m)
  return sections.map(comparableSection).join('\n')
}

function comparableSection(section: string): string {
  const [title, ...lines] = section.split('\n')
  const body = title === 'mounts' ? comparableMounts(lines) : lines
  return [`== ${title}`, ...body.map(withoutNumbers)].join('\n')
}

function withoutNumbers(line: string): string {
  return namespaceOwners(line)
    .replace(/\b(pipe|socket): private/g, '$1')
    .replace(/^\/proc\/\d+\//, '/proc/PID/')
}

/**
 * mountinfo with each mount named by its path, its parent by that one's, and peer groups numbered in the order in which
 * they appear. See proc_pid_mountinfo(5).
 */
function comparableMounts(lines: readonly string[]): string[] {
  const mounts = lines.filter((line) => line !== '').map((line) => line.split(' '))
  const paths = new Map(mounts.map(([id, , , , path]) => [id, path]))
  const groups = new Map<string, number>()
  const group = (_: string, kind: string, id: string) => {
    if (!groups.has(id)) groups.set(id, groups.size)
    return `${kind}:${groups.get(id)}`
  }
  return mounts.map(([, parent, device, root, path, ...rest]) => {
    const place = `${path} on ${paths.get(parent) ?? 'nothing'}`
    const line = `${place}: ${device?.replace(/^0:.*/, 'no disk')} ${root} ${rest.join(' ')}`
    return withoutLayers(line.replace(/\b(shared|master|propagate_from):(\d+)/g, group))
  })
}

/** An overlay names the directories of its layers, which are each container's own. */
function withoutLayers(line: string): string {
  return line.replace(/(lowerdir|upperdir|workdir)=[^, ]*/g, '$1=…').replace(/\/[0-9a-f]{64}-init\b/g, '')
}
