// From the flags of the command line to the options of criu.

import { describe, expect, test } from 'bun:test'

import { flagOptions, type CheckpointOptions } from '#src/checkpoint/checkpoint.ts'
import { configFile, type Settings, settingOptions } from '#src/checkpoint/settings.ts'
import { recording } from '../recording.ts'
import { pretendedFiles } from '../pretended-files.ts'
import { record } from '#ffi/perform/record.ts'
import { named } from './options.ts'

const NONE: Settings = {
  imagePath: '/image',
  workPath: undefined,
  tcpEstablished: false,
  extUnixSk: false,
  shellJob: false,
  fileLocks: false,
  lazyPages: false,
  autoDedup: false,
  emptyNs: [],
  manageCgroupsMode: undefined,
  networkLock: undefined,
  searchPath: '/usr/sbin',
}

describe('flags of both commands', () => {
  test('that are off leave everything to criu, but for cgroups', () => {
    expect(named(settingOptions(NONE))).toEqual([['manage_cgroups', true]])
  })

  test('are handed on each as its own option', () => {
    const flags = {
      tcpEstablished: 'tcp_established',
      extUnixSk: 'ext_unix_sk',
      shellJob: 'shell_job',
      fileLocks: 'file_locks',
      lazyPages: 'lazy_pages',
      autoDedup: 'auto_dedup',
    }
    for (const [flag, name] of Object.entries(flags)) {
      expect(named(settingOptions({ ...NONE, [flag]: true }))).toContainEqual([name, true])
    }
  })

  test('that are words become the numbers of rpc.proto', () => {
    const modes = (['ignore', 'soft', 'full', 'strict'] as const).map((mode) =>
      new Map(named(settingOptions({ ...NONE, manageCgroupsMode: mode }))).get('manage_cgroups_mode'),
    )
    expect(modes).toEqual([0, 3, 4, 5])
    expect(named(settingOptions({ ...NONE, networkLock: 'nftables' }))).toContainEqual(['network_lock', 2])
  })

  test('can empty the network namespace, and no other', () => {
    expect(named(settingOptions({ ...NONE, emptyNs: ['network'] }))).toContainEqual(['empty_ns', 0x4000_0000])
    expect(() => settingOptions({ ...NONE, emptyNs: ['network', 'pid'] })).toThrow('"pid"')
  })
})

describe('flags of checkpoint', () => {
  const flags = (change: Partial<CheckpointOptions>) =>
    named(
      flagOptions({
        ...NONE,
        store: '/run/bunc',
        id: 'web',
        leaveRunning: false,
        preDump: false,
        parentPath: undefined,
        pageServer: undefined,
        tcpSkipInFlight: false,
        linkRemap: false,
        statusFd: undefined,
        warn: () => {},
        ...change,
      }),
    )

  test('that are off say nothing', () => {
    expect(flags({})).toEqual([])
  })

  test('are handed on', () => {
    expect(flags({ leaveRunning: true, tcpSkipInFlight: true, linkRemap: true })).toEqual([
      ['leave_running', true],
      ['tcp_skip_in_flight', true],
      ['link_remap', true],
    ])
  })

  test('that make one image build on another have the kernel watch which memory changes', () => {
    expect(flags({ preDump: true })).toEqual([['track_mem', true]])
    expect(flags({ parentPath: '../before' })).toEqual([
      ['parent_img', '../before'],
      ['track_mem', true],
    ])
  })

  test('name a page server by its address and its port', () => {
    const server = [
      [1, '10.0.0.1'],
      [2, 9000],
    ]
    expect(flags({ pageServer: { address: '10.0.0.1', port: 9000 } })).toEqual([['ps', server]])
  })
})

describe("criu's configuration file", () => {
  const nothing = recording().kernel.here

  test('is the one that the annotation names', () => {
    expect(named(configFile(nothing, { 'org.criu.config': '/etc/own.conf' }))).toEqual([
      ['config_file', '/etc/own.conf'],
    ])
  })

  test('is none when the annotation is empty', () => {
    expect(configFile(nothing, { 'org.criu.config': '' })).toEqual([])
  })

  test('is that of the host where nothing is said, bunc own before that of runc', () => {
    const host = (...paths: string[]) =>
      record((_, call) => pretendedFiles(Object.fromEntries(paths.map((path) => [path, ''])), () => ({}))(call)).here
    expect(named(configFile(host('/etc/criu/runc.conf'), {}))).toEqual([['config_file', '/etc/criu/runc.conf']])
    expect(named(configFile(host('/etc/criu/runc.conf', '/etc/criu/bunc.conf'), {}))).toEqual([
      ['config_file', '/etc/criu/bunc.conf'],
    ])
    expect(configFile(host(), {})).toEqual([])
  })
})
