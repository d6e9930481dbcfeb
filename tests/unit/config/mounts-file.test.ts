// The document that `mounts` is given.
import { expect, test } from 'bun:test'

import { readMounts } from '#src/config/mounts-file.ts'

const MOUNT = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['ro'] }
const WHOLE = { ...MOUNT, uidMappings: [], gidMappings: [] }

test('mounts stand in an object, or by themselves', () => {
  for (const document of [{ mounts: [MOUNT] }, [MOUNT]]) {
    expect(readMounts(JSON.stringify(document))).toEqual([WHOLE])
    expect(readMounts(`\n ${JSON.stringify(document)}\n`)).toEqual([WHOLE])
  }
})

test('what is absent has its default', () => {
  expect(readMounts('[{"destination":"/mnt"}]')).toEqual([{ ...WHOLE, type: '', source: '', options: [] }])
  expect(readMounts('{}')).toEqual([])
})

test('everything that is wrong is told by its path', () => {
  const map = [{ containerID: 0, hostID: 0, size: 1 }]
  const refuse = (mounts: readonly object[], ...paths: readonly string[]) =>
    expect(() => readMounts(JSON.stringify(mounts), 'FILE')).toThrow(
      expect.objectContaining({ problems: paths.map((path) => expect.objectContaining({ path })) }),
    )
  refuse([{}, { destination: 1 }], 'mounts[0].destination', 'mounts[1].destination')
  refuse([{ destination: '/' }, { destination: '/a', uidMappings: map }], 'mounts[0].destination', 'mounts[1]')
})
