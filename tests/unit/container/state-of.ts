// The state of a container for tests, of which they name what matters to them.

import type { ContainerState } from '#src/container/state.ts'

/** Gives a state that is complete. */
export function stateOf(change: Partial<ContainerState> = {}): ContainerState {
  return {
    ociVersion: '1.2.0',
    id: 'web',
    pid: 42,
    startTime: '777',
    bundle: '/bundle',
    rootfs: '/bundle/rootfs',
    created: '2026-01-02T03:04:05.006Z',
    owner: '',
    annotations: {},
    cgroup: { driver: 'disabled', hierarchies: [] },
    pidNamespace: true,
    program: 'true',
    hooks: [],
    ...change,
  }
}
