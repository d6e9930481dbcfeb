// Where the runtime-spec describes each part of config.json: for problems that no rule with a section of its own has found.
// A pure table, and the one function that looks into it.

/** Fields with their sections. The longest one that a path begins with counts. */
const SECTIONS: readonly (readonly [field: string, section: string])[] = [
  ['ociVersion', 'config.md#specification-version'],
  ['root', 'config.md#root'],
  ['mounts', 'config.md#mounts'],
  ['process', 'config.md#process'],
  ['process.user', 'config.md#posix-platform-user'],
  ['process.rlimits', 'config.md#posix-process'],
  ['process.capabilities', 'config.md#linux-process'],
  ['process.apparmorProfile', 'config.md#linux-process'],
  ['process.scheduler', 'config.md#linux-process'],
  ['process.ioPriority', 'config.md#linux-process'],
  ['process.execCPUAffinity', 'config.md#linux-process'],
  ['process.noNewPrivileges', 'config.md#linux-process'],
  ['process.oomScoreAdj', 'config.md#linux-process'],
  ['process.selinuxLabel', 'config.md#linux-process'],
  ['hostname', 'config.md#hostname'],
  ['domainname', 'config.md#domainname'],
  ['hooks', 'config.md#posix-platform-hooks'],
  ['annotations', 'config.md#annotations'],
  ['linux', 'config-linux.md'],
  ['linux.namespaces', 'config-linux.md#namespaces'],
  ['linux.uidMappings', 'config-linux.md#user-namespace-mappings'],
  ['linux.gidMappings', 'config-linux.md#user-namespace-mappings'],
  ['linux.timeOffsets', 'config-linux.md#offset-for-time-namespace'],
  ['linux.devices', 'config-linux.md#devices'],
  ['linux.netDevices', 'config-linux.md#network-devices'],
  ['linux.cgroupsPath', 'config-linux.md#cgroups-path'],
  ['linux.resources', 'config-linux.md#control-groups'],
  ['linux.resources.devices', 'config-linux.md#allowed-device-list'],
  ['linux.resources.memory', 'config-linux.md#memory'],
  ['linux.resources.cpu', 'config-linux.md#cpu'],
  ['linux.resources.blockIO', 'config-linux.md#block-io'],
  ['linux.resources.hugepageLimits', 'config-linux.md#huge-page-limits'],
  ['linux.resources.network', 'config-linux.md#network'],
  ['linux.resources.pids', 'config-linux.md#pids'],
  ['linux.resources.rdma', 'config-linux.md#rdma'],
  ['linux.resources.unified', 'config-linux.md#unified'],
  ['linux.intelRdt', 'config-linux.md#intelrdt'],
  ['linux.memoryPolicy', 'config-linux.md#memory-policy'],
  ['linux.sysctl', 'config-linux.md#sysctl'],
  ['linux.seccomp', 'config-linux.md#seccomp'],
  ['linux.rootfsPropagation', 'config-linux.md#rootfs-mount-propagation'],
  ['linux.maskedPaths', 'config-linux.md#masked-paths'],
  ['linux.readonlyPaths', 'config-linux.md#readonly-paths'],
  ['linux.mountLabel', 'config-linux.md#mount-label'],
  ['linux.personality', 'config-linux.md#personality'],
]

/** Takes the path of a problem, gives the section that describes the field, or `config.md` for the document as a whole. */
export function sectionOf(path: string): string {
  let found = 'config.md'
  let longest = 0
  for (const [field, section] of SECTIONS) {
    const covers = path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)
    if (covers && field.length > longest) [found, longest] = [section, field.length]
  }
  return found
}
