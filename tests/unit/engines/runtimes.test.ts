// The runtimes that engines know, as their own files say it.

import { expect, test } from 'bun:test'

import { containerdRuntimes } from '#src/engines/containerd.ts'
import { dockerRuntimes } from '#src/engines/docker.ts'
import { podmanRuntimes } from '#src/engines/podman.ts'
import { sentence } from '#src/failure.ts'

const BUNC = [{ name: 'bunc', path: '/usr/local/bin/bunc' }]

test('Docker names them in daemon.json', () => {
  expect(dockerRuntimes('{ "runtimes": { "bunc": { "path": "/usr/local/bin/bunc" }, "odd": 7 } }')).toEqual(BUNC)
  expect(dockerRuntimes('{}')).toEqual([])
  expect(dockerRuntimes('')).toEqual([])
})

test.each(['cri', '"io.containerd.grpc.v1.cri"', '"io.containerd.cri.v1.runtime"'])(
  'containerd names them below the plugin %s',
  (plugin) => {
    const text = `
[plugins.${plugin}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.${plugin}.containerd.runtimes.bunc.options] # ours
  BinaryName = "/usr/local/bin/bunc"
`
    expect(containerdRuntimes(text)).toEqual(BUNC)
  },
)

test('Podman names them in containers.conf, with the places to look', () => {
  expect(podmanRuntimes('[engine]\nruntime = "crun"\n[engine.runtimes]\nbunc = ["/usr/local/bin/bunc"]\n')).toEqual(
    BUNC,
  )
  expect(podmanRuntimes('# nothing\n')).toEqual([])
})

test('a file that is not in order is one line', () => {
  const said = (act: () => unknown) => {
    try {
      act()
    } catch (error) {
      return sentence(error)
    }
    return 'nothing'
  }
  expect(said(() => dockerRuntimes('[1]'))).toBe('it is not JSON with settings, but [1]')
  expect(said(() => dockerRuntimes('{'))).toStartWith('it is not JSON: ')
  expect(said(() => podmanRuntimes('[engine'))).toStartWith('it is not TOML: ')
  expect(said(() => podmanRuntimes('[engine'))).not.toContain('\n')
})
