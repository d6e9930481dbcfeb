/**
 * A config.json of the kind that Docker writes for `docker run`: its default mounts, namespaces, capabilities, masked
 * paths, device rules, and a seccomp profile of the same shape and size as its default one.
 *
 * Written out from what such a file contains, not copied from one: the ids are made up, the profile allows what a
 * container commonly needs. It exists to measure with, and to be a config that must be accepted as it is.
 */

/** What may differ from the plain file. */
export interface DockerConfigChoices {
  /** Give every system call an entry of its own, as profiles of older engines do: the file grows to about 80 KB. */
  readonly onePerEntry?: boolean
  /** Indent it. Docker writes one line; people and tests write many. */
  readonly indented?: boolean
}

/** Gives the text of the file. */
export function dockerConfigText({ onePerEntry = false, indented = false }: DockerConfigChoices = {}): string {
  return JSON.stringify(dockerConfig(onePerEntry), undefined, indented ? 2 : 0)
}

const ID = 'f2d7c1e4a90b'.padEnd(64, '3a8e51')

const CAPABILITIES = [
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL',
  'AUDIT_WRITE',
]
  .join(' ')
  .split(' ')
  .map((name) => `CAP_${name}`)

const MASKED =
  '/proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/sched_debug /proc/scsi /proc/timer_list /proc/timer_stats /sys/devices/virtual/powercap /sys/firmware'
const READONLY = '/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger'

function dockerConfig(onePerEntry: boolean) {
  return {
    ociVersion: '1.2.1',
    process: {
      user: { uid: 0, gid: 0, additionalGids: [0, 1, 2, 3, 4, 6, 10, 11, 20, 26, 27] },
      args: ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'],
      env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        `HOSTNAME=${ID.slice(0, 12)}`,
        'NGINX_VERSION=1.29.1',
        'PKG_RELEASE=1~bookworm',
        'DYNPKG_RELEASE=1~bookworm',
      ],
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      apparmorProfile: 'docker-default',
      oomScoreAdj: 0,
    },
    root: { path: `/var/lib/docker/overlay2/${ID}/merged` },
    hostname: ID.slice(0, 12),
    mounts: mounts(),
    hooks: {
      prestart: [
        { path: '/proc/1234/exe', args: ['libnetwork-setkey', '-exec-root=/var/run/docker', ID, ID.slice(0, 12)] },
      ],
    },
    linux: {
      sysctl: { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' },
      resources: { devices: deviceRules(), memory: {}, cpu: { shares: 0 }, pids: {}, blockIO: {} },
      cgroupsPath: `system.slice:docker:${ID}`,
      namespaces: ['mount', 'network', 'uts', 'pid', 'ipc', 'cgroup'].map((type) => ({ type })),
      seccomp: seccomp(onePerEntry),
      maskedPaths: MASKED.split(' '),
      readonlyPaths: READONLY.split(' '),
    },
  }
}

function mounts() {
  const bind = (file: string) => ({
    destination: `/etc/${file}`,
    type: 'bind',
    source: `/var/lib/docker/containers/${ID}/${file}`,
    options: ['rbind', 'rprivate'],
  })
  const quiet = ['nosuid', 'noexec', 'nodev']
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: quiet },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...quiet, 'ro'] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', ...quiet] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: quiet },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...quiet, 'mode=1777', 'size=67108864'] },
    bind('resolv.conf'),
    bind('hostname'),
    bind('hosts'),
  ]
}

function deviceRules() {
  const allowed = [
    [1, 5],
    [1, 3],
    [1, 9],
    [1, 8],
    [5, 0],
    [5, 1],
  ]
  return [
    { allow: false, access: 'rwm' },
    ...allowed.map(([major, minor]) => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
    { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
  ]
}

function seccomp(onePerEntry: boolean) {
  const action = 'SCMP_ACT_ALLOW'
  const only = (name: string, arg: object) => ({ names: [name], action, args: [{ index: 0, ...arg }] })
  const names = ALLOWED.trim().split(/\s+/)
  const plain = onePerEntry
    ? names.map((name) => ({ names: [name], action, args: [], comment: '', includes: {}, excludes: {} }))
    : [{ names, action }]
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: [
      ...plain,
      { names: ['process_vm_readv', 'process_vm_writev', 'ptrace'], action },
      only('socket', { value: 40, op: 'SCMP_CMP_NE' }),
      ...[0x0, 0x0008, 0x20000, 0x20008, 0xffffffff].map((value) => only('personality', { value, op: 'SCMP_CMP_EQ' })),
      { names: ['sync_file_range2', 'swapcontext'], action },
      { names: ['arch_prctl', 'modify_ldt'], action },
      only('clone', { value: 2114060288, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }),
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
      { names: ['chroot'], action },
    ],
  }
}

const ALLOWED = `
accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir chmod chown chown32 clock_adjtime
clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64
close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old
epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2
fadvise64 fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64
fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync
ftruncate ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat getcpu getcwd
getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername
getpgid getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit
get_robust_list getrusage getsid getsockname getsockopt get_thread_area gettid gettimeofday getuid getuid32 getxattr
getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel ioctl io_destroy io_getevents
io_pgetevents io_pgetevents_time64 ioprio_get ioprio_set io_setup io_submit ipc kill landlock_add_rule
landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount listxattr
listxattrat llistxattr _llseek lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier
memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr
mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl
msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat _newselect open openat
openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl
pread64 preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead
readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat
rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo
rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_getaffinity sched_getattr
sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler sched_rr_get_interval
sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp
select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto setfsgid
setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setitimer setpgid setpriority setregid setregid32
setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit set_robust_list setsid setsockopt
set_thread_area set_tid_address setuid setuid32 setxattr setxattrat shmat shmctl shmdt shmget shutdown sigaltstack
signalfd signalfd4 sigprocmask sigreturn socketcall socketpair splice stat stat64 statfs statfs64 statmount statx
symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun
timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64
timerfd_settime timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat uretprobe utime
utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid waitpid write writev
`
