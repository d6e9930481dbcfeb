// The flags that make namespaces, as clone3(2), unshare(2) and setns(2) share them.

/** Namespaces that a process can be born into. A time namespace is not one: it needs unshare(2) and then a fork. */
export const CLONE_NEW = {
  NEWNS: 0x0002_0000,
  NEWCGROUP: 0x0200_0000,
  NEWUTS: 0x0400_0000,
  NEWIPC: 0x0800_0000,
  NEWUSER: 0x1000_0000,
  NEWPID: 0x2000_0000,
  NEWNET: 0x4000_0000,
} as const
