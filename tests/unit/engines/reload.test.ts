// Who is told to read settings, and who must not be: on a host that is only written down.

import { describe, expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import type { Host } from '#src/engines/host.ts'
import { commandFor, runningOf, tell } from '#src/engines/reload.ts'
import { type Files, pretendedFiles } from '../pretended-files.ts'
import { recording } from '../recording.ts'

const PID_FILE = '/var/run/docker.pid'

/** A host without systemd that has these files. Gives it, and the signals that were sent. */
function pretended(files: Files, others?: (call: Call<unknown>) => unknown) {
  const answer = pretendedFiles(files, others)
  const names = ['openat', 'read', 'pidfd_open', 'pidfd_send_signal', 'connect']
  const { kernel, all } = recording(Object.fromEntries(names.map((name) => [name, answer])))
  const host: Host = { kernel, path: '/nowhere', show: () => {} }
  const signals = () => all().filter((line) => line.includes('pidfd_send_signal'))
  return { host, signals }
}

describe('dockerd without systemd', () => {
  test('gets a signal by a descriptor of its process', () => {
    const { host, signals } = pretended({ [PID_FILE]: '77\n', '/proc/77/comm': 'dockerd\n' })
    expect(runningOf(host, 'docker')).toBe('process')
    expect(tell(host, 'docker', 'process', false)).toEqual({ by: 'SIGHUP to process 77' })
    expect(signals()).toHaveLength(1)
    expect(signals()[0]).toMatch(/pidfd_send_signal\(<process 77>, (SIGHUP|1)\b/)
  })

  test.each<[string, Files]>([
    ['has written no pid', {}],
    ['has a pid that another program has now', { [PID_FILE]: '77', '/proc/77/comm': 'sleep\n' }],
    ['has a pid that no process has', { [PID_FILE]: '77' }],
    ['has written what is no pid', { [PID_FILE]: '-1' }],
    ['has written nothing', { [PID_FILE]: '' }],
  ])('does not run where it %s', (_, files) => {
    const { host, signals } = pretended(files)
    expect(runningOf(host, 'docker')).toBe('stopped')
    expect(tell(host, 'docker', 'process', false)).toEqual({ command: commandFor('docker', false, false) })
    expect(signals()).toEqual([])
  })

  test('is not ended to forget a runtime: somebody else has to weigh that', () => {
    const { host, signals } = pretended({ [PID_FILE]: '77', '/proc/77/comm': 'dockerd\n' })
    const outcome = tell(host, 'docker', 'process', true)
    expect(outcome).toMatchObject({ command: 'end dockerd and start it again' })
    expect('why' in outcome && outcome.why).toContain('live-restore')
    expect(signals()).toEqual([])
  })
})

describe('containerd without systemd', () => {
  test('runs where somebody listens, and is left to its owner', () => {
    const { host } = pretended({})
    expect(runningOf(host, 'containerd')).toBe('process')
    expect(tell(host, 'containerd', 'process', false)).toEqual({ command: commandFor('containerd', false, false) })
  })

  test('does not run where only its socket is left', () => {
    const { host } = pretended({}, (call) => (call.name === 'connect' ? { refused: 'ECONNREFUSED' } : undefined))
    expect(runningOf(host, 'containerd')).toBe('stopped')
  })
})

test('podman reads its settings each time', () => {
  expect(runningOf(pretended({}).host, 'podman')).toBe('when called')
})
