// Table: the test that proves each field of config.json. A row holds for its field and for all below that have none of
// their own. The file must mention the field by its last name, or what the row `says` in its place. No code.

/** What proves a field. */
export interface Proof {
  /** A file, from tests/. */
  readonly test: string
  /** What stands in the file, where that is not the name of the field: its effect. */
  readonly says?: string
  /** What the proof is less than: without it, a container is made and looked at. */
  readonly only?: 'transcript' | 'a real cgroup' | 'files in a pretended host' | 'refusals'
}

const LIMITS = 'container/cgroups/limits.test.ts'
const ROWS = 'unit/cgroups/resources/rows.test.ts'
const SECCOMP = 'container/seccomp.test.ts'
const MAPPED = 'container/idmapped-mounts.test.ts'
const USERNS = 'container/user-namespace.test.ts'
const HOOKS = 'container/hooks.test.ts'
const SCHEDULING = 'container/scheduling.test.ts'

/** Rows by field. */
export const PROOFS: { readonly [field: string]: Proof } = {
  ociVersion: { test: 'container/state.test.ts' },
  root: { test: 'container/root.test.ts' },
  'root.readonly': { test: 'container/root.test.ts', says: 'a read-only root cannot be written' },
  process: { test: 'container/process.test.ts' },
  'process.terminal': { test: 'container/terminal.test.ts' },
  'process.consoleSize': { test: 'container/terminal.test.ts' },
  'process.args': { test: 'container/environment.test.ts' },
  'process.env': { test: 'container/environment.test.ts' },
  'process.cwd': { test: 'container/environment.test.ts' },
  'process.capabilities': { test: 'container/capabilities.test.ts' },
  'process.apparmorProfile': { test: 'transcripts/docker/config.json', only: 'transcript' },
  'process.selinuxLabel': { test: 'transcripts/selinux/config.json', only: 'transcript' },
  'process.scheduler': { test: SCHEDULING },
  'process.scheduler.flags': { test: SCHEDULING, says: 'SCHED_FLAG_' },
  'process.ioPriority': { test: SCHEDULING },
  'process.execCPUAffinity': { test: SCHEDULING },
  mounts: { test: 'container/mounts.test.ts' },
  'mounts[].uidMappings': { test: MAPPED },
  'mounts[].uidMappings[].size': { test: MAPPED },
  'mounts[].gidMappings': { test: MAPPED },
  'mounts[].gidMappings[].size': { test: MAPPED },
  hostname: { test: 'container/uts.test.ts' },
  domainname: { test: 'container/uts.test.ts' },
  hooks: { test: HOOKS },
  'hooks.prestart[].timeout': { test: 'container/hook-failures.test.ts' },
  'hooks.createRuntime[].timeout': { test: 'container/hook-failures.test.ts' },
  'hooks.createContainer[].timeout': { test: 'container/hook-failures.test.ts' },
  'hooks.startContainer[].timeout': { test: 'container/hook-failures.test.ts' },
  'hooks.poststart[].timeout': { test: 'container/hook-failures.test.ts' },
  'hooks.poststop[].timeout': { test: 'container/hook-failures.test.ts' },
  annotations: { test: 'container/state.test.ts' },
  linux: { test: 'container/namespaces.test.ts' },
  'linux.namespaces': { test: 'container/namespaces.test.ts' },
  'linux.uidMappings': { test: USERNS },
  'linux.gidMappings': { test: USERNS },
  'linux.devices': { test: 'container/devices.test.ts' },
  'linux.netDevices': { test: 'container/net-devices.test.ts' },
  'linux.cgroupsPath': { test: 'container/cgroups.test.ts' },
  'linux.resources': { test: LIMITS, only: 'a real cgroup' },
  'linux.resources.devices': { test: 'container/devices.test.ts' },
  'linux.resources.memory.kernel': { test: ROWS, only: 'files in a pretended host' },
  'linux.resources.memory.kernelTCP': { test: ROWS, only: 'files in a pretended host' },
  'linux.resources.memory.useHierarchy': { test: ROWS, only: 'files in a pretended host' },
  'linux.resources.memory.swappiness': { test: 'container/cgroups.test.ts' },
  'linux.resources.memory.disableOOMKiller': { test: 'container/cgroups.test.ts' },
  'linux.resources.cpu.period': { test: LIMITS, only: 'a real cgroup' },
  'linux.resources.cpu.realtimeRuntime': { test: SCHEDULING },
  'linux.resources.cpu.realtimePeriod': { test: SCHEDULING },
  'linux.resources.blockIO.leafWeight': { test: ROWS, only: 'files in a pretended host' },
  'linux.resources.blockIO.weightDevice': { test: ROWS, only: 'files in a pretended host' },
  'linux.resources.network': { test: ROWS, only: 'files in a pretended host' },
  'linux.resources.rdma': { test: ROWS, only: 'files in a pretended host' },
  'linux.resources.unified': { test: 'container/cgroups/unified.test.ts' },
  'linux.intelRdt': { test: 'unit/cgroups/resctrl.test.ts', says: 'resctrl', only: 'files in a pretended host' },
  'linux.intelRdt.closID': { test: 'unit/cgroups/resctrl.test.ts', only: 'files in a pretended host' },
  'linux.intelRdt.l3CacheSchema': { test: 'unit/cgroups/resctrl.test.ts', only: 'files in a pretended host' },
  'linux.intelRdt.memBwSchema': { test: 'unit/cgroups/resctrl.test.ts', only: 'files in a pretended host' },
  'linux.intelRdt.schemata': { test: 'unit/cgroups/resctrl.test.ts', only: 'files in a pretended host' },
  'linux.intelRdt.enableMonitoring': { test: 'unit/cgroups/resctrl.test.ts', only: 'files in a pretended host' },
  'linux.memoryPolicy': { test: SCHEDULING },
  'linux.memoryPolicy.flags': { test: SCHEDULING, says: 'MPOL_F_' },
  'linux.sysctl': { test: 'container/uts.test.ts' },
  'linux.seccomp': { test: SECCOMP },
  'linux.seccomp.flags': { test: 'container/seccomp-notify.test.ts', says: 'SECCOMP_FILTER_FLAG_' },
  'linux.seccomp.listenerPath': { test: 'container/seccomp-notify.test.ts' },
  'linux.seccomp.listenerMetadata': { test: 'container/seccomp-notify.test.ts' },
  'linux.rootfsPropagation': { test: 'container/root.test.ts' },
  'linux.maskedPaths': { test: 'container/masked-paths.test.ts' },
  'linux.readonlyPaths': { test: 'container/masked-paths.test.ts' },
  'linux.mountLabel': { test: 'transcripts/selinux/config.json', only: 'transcript' },
  'linux.personality': { test: SCHEDULING },
  'linux.personality.flags': {
    test: 'unit/config/rules/linux.test.ts',
    says: 'linux.personality.flags',
    only: 'refusals',
  },
}
