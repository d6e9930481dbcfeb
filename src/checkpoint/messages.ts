// What bunc and criu say to each other, in the numbers of criu's own rpc.proto: only the fields that bunc uses. Knows
// bytes and no container.

import { decode, encode, type Message, type Value } from './protobuf.ts'

/** What criu is asked to do. */
export const REQUEST = { dump: 1, restore: 2, 'pre-dump': 4 } as const
export type Request = keyof typeof REQUEST
const NOTIFY = 6

/** Fields of criu_opts. Descriptors are bunc's own: criu opens them in bunc's /proc directory. */
export const OPTION = {
  images_dir_fd: 1,
  pid: 2,
  leave_running: 3,
  ext_unix_sk: 4,
  tcp_established: 5,
  evasive_devices: 6,
  shell_job: 7,
  file_locks: 8,
  log_level: 9,
  log_file: 10,
  ps: 11,
  notify_scripts: 12,
  root: 13,
  parent_img: 14,
  track_mem: 15,
  auto_dedup: 16,
  work_dir_fd: 17,
  link_remap: 18,
  manage_cgroups: 24,
  cg_root: 25,
  rst_sibling: 26,
  inherit_fd: 27,
  manage_cgroups_mode: 34,
  external: 37,
  empty_ns: 38,
  freeze_cgroup: 44,
  tcp_skip_in_flight: 46,
  lazy_pages: 48,
  orphan_pts_master: 50,
  config_file: 51,
  tcp_close: 52,
  lsm_profile: 53,
  lsm_mount_context: 63,
  network_lock: 64,
} as const

/** One option: a flag that is off is left out, for that is what criu takes an option to be that is not there. */
export function option(name: keyof typeof OPTION, value: Value): Message[number] {
  return [OPTION[name], value === false ? undefined : value]
}

/** How criu treats cgroups, and how it holds traffic up, by the words of the command line. */
export const CGROUP_MODE = { ignore: 0, soft: 3, full: 4, strict: 5 } as const
export const NETWORK_LOCK = { iptables: 1, nftables: 2, skip: 3 } as const

/** criu_page_server_info. */
export const pageServer = (address: string, port: number): Message => [
  [1, address],
  [2, port],
]

/** inherit_fd: a descriptor that criu was started with takes the place of what has this name in the image. */
export const inheritFd = (key: string, number: number): Message => [
  [1, key],
  [2, number],
]

/** cgroup_root: where the cgroups of the image go, for one controller; version 2 has an empty name. */
export const cgroupRoot = (controller: string, path: string): Message => [
  [1, controller],
  [2, path],
]

/** A request. */
export function encodeRequest(request: Request, options: Message): Uint8Array {
  return encode([
    [1, REQUEST[request]],
    [2, options],
  ])
}

/** The answer to a notice: criu goes on, or gives up. */
export function encodeAnswer(success: boolean): Uint8Array {
  return encode([
    [1, NOTIFY],
    [3, success],
  ])
}

/** What criu says: that it has reached a point at which bunc may do something, or how the request has ended. */
export type Said =
  | { readonly kind: 'notice'; readonly at: string; readonly pid: number }
  | {
      readonly kind: 'end'
      readonly success: boolean
      readonly pid: number
      readonly errno: number
      readonly text: string
    }

/** Reads what criu says. Throws a RangeError for what is no message. */
export function decodeResponse(bytes: Uint8Array): Said {
  const response = decode(bytes)
  const notice = response.message(5)
  if (response.number(1) === NOTIFY) return { kind: 'notice', at: notice?.text(1) ?? '', pid: notice?.number(2) ?? 0 }
  return {
    kind: 'end',
    success: response.number(2) === 1,
    pid: response.message(4)?.number(1) ?? 0,
    errno: response.number(7) ?? 0,
    text: response.text(9) ?? '',
  }
}
