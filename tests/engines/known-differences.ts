// What bunc does otherwise than runc and means to: each row names the tests, what a line of either transcript shows
// there, and the reason. Only lines that the other transcript does not have are looked at, so a row hides nothing else.

export interface KnownDifference {
  /** The titles of the tests that show it. */
  readonly test: RegExp
  /** What the same text takes the place of in a line of either side; without it, the line is bunc's alone. */
  readonly runc?: RegExp
  readonly bunc: RegExp
  readonly reason: string
}

const INVENTORIES = /inside|image of many steps/

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    test: INVENTORIES,
    runc: /(?<=^\/sys\/fs\/cgroup on \/sys: no disk \/ )rw(?=,.* tmpfs tmpfs )/,
    bunc: /(?<=^\/sys\/fs\/cgroup on \/sys: no disk \/ )ro(?=,.* tmpfs tmpfs )/,
    reason: 'where the cgroups are to be read-only, the directory above them is, too',
  },
  {
    test: INVENTORIES,
    runc: /(?<=^\/sys\/fs\/cgroup directory )555/,
    bunc: /(?<=^\/sys\/fs\/cgroup directory )755/,
    reason: 'it keeps the mode that it was mounted with',
  },
  {
    test: INVENTORIES,
    runc: /(?<=^sh -c mkdir \/sys\/fs\/cgroup\/sub: 1 ).*$/,
    bunc: /(?<=^sh -c mkdir \/sys\/fs\/cgroup\/sub: 1 ).*Read-only file system$/,
    reason: 'nobody can make a directory in it',
  },
  {
    test: INVENTORIES,
    bunc: /^\/sys\/fs\/cgroup\/unified on |^drwxr-xr-x 0 0 unified *$/,
    reason: 'on a hybrid host the container sees the unified hierarchy that it is in, too',
  },
  {
    test: INVENTORIES,
    runc: /(?<=cgroup )systemd(?= rw,name=systemd$)/,
    bunc: /(?<=cgroup )cgroup(?= rw,name=systemd$)/,
    reason: 'the source of a mount without a device is free text',
  },
  {
    test: INVENTORIES,
    runc: /ro,relatime - tmpfs tmpfs ro(?=$|,)/,
    bunc: /rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs ro,nr_inodes=1,mode=555(?=$|,)/,
    reason: 'what stands over a masked directory can hold nothing, run nothing and be written by nobody',
  },
  {
    test: /inside|image of many steps|masks cannot be read/,
    runc: /(?<=^(?:\/proc|\/sys)\/\S+ directory )1777/,
    bunc: /(?<=^(?:\/proc|\/sys)\/\S+ directory )555/,
    reason: 'the mode of what stands over a masked directory',
  },
  {
    test: INVENTORIES,
    runc: /(?<=\/null )rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755$/,
    bunc: /(?<=\/null )rw,relatime - devtmpfs devtmpfs rw,.*$/,
    reason: 'the null device over a masked file is the host’s, not the one in a directory of the container’s',
  },
  {
    test: /run --tmpfs and --shm-size/,
    runc: /^755$/,
    bunc: /^700$/,
    reason: 'a mode that is asked for is not replaced by that of the directory below, as runc 1.1 does',
  },
]
