// Which field of config.json asks for a step of `create`. Most steps name it themselves; the others stand in the table.

/** Steps by how their action begins, with the field. */
const FIELDS: readonly (readonly [action: string, field: string])[] = [
  ['make the cgroup namespace', 'linux.namespaces'],
  ['make the cgroup ', 'linux.cgroupsPath'],
  ['give the cgroup ', 'mounts'],
  ['make the first process', 'linux.namespaces'],
  ['make namespaces', 'linux.namespaces'],
  ['join the ', 'linux.namespaces'],
  ['bring the loopback interface up', 'linux.namespaces'],
  ['map the ids', 'linux.uidMappings'],
  ['open the root', 'root.path'],
  ['mount the root', 'root.path'],
  ['enter the root', 'root.path'],
  ['change the propagation', 'linux.rootfsPropagation'],
  ['allocate a terminal', 'process.terminal'],
  ['make the working directory', 'process.cwd'],
  ['enter the working directory', 'process.cwd'],
  ['set the host name', 'hostname'],
  ['set the domain name', 'domainname'],
  ['set the capabilities', 'process.capabilities'],
  ['become user', 'process.user'],
  ['install the seccomp filter', 'linux.seccomp'],
]

/** A field that an action names: `mounts[3]`, `linux.sysctl["net.core.somaxconn"]`, `process.rlimits[0]`. */
const NAMED = /\b(?:mounts\[\d+\]|(?:linux|process|hooks|root)\.\w+(?:\[(?:\d+|"[^"]*")\]|\.\w+)*)/

/** Takes what is being done, gives the path of the field that asks for it, or undefined where nothing does. */
export function causeOf(action: string): string | undefined {
  return FIELDS.find(([begin]) => action.startsWith(begin))?.[1] ?? NAMED.exec(action)?.[0]
}
