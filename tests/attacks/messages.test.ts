// CVE-2021-43784: what a runtime tells the process that is to be the container is a row of messages with lengths of 16
// bits. Something longer ends too early, and what stands behind is taken for the next message.

import { attack, naively, printedBy } from './attack.ts'

const message = (kind: string, text: string) => (text.length & 0xffff).toString(16).padStart(4, '0') + kind + text

/** A variable whose length is a small number once its 17th bit is lost; a message stands behind so many letters. */
const VARIABLE = (() => {
  const start = 'LONG=AAAAA'
  return `${start}${message('u', '0')}.`.padEnd(0x1_0000 + start.length, 'A')
})()

/** Packs a user and a variable, takes the messages apart again as a child would, and becomes that user. */
const NAIVE = `
  const { PACKED: packed } = process.env
  let user
  for (let at = 0; at < packed.length; ) {
    const length = parseInt(packed.slice(at, at + 4), 16)
    const kind = packed[at + 4]
    if (kind !== 'u' && kind !== 'e') break
    if (kind === 'u') user = packed.slice(at + 5, at + 5 + length)
    at += 5 + length
  }
  console.log(Bun.spawnSync(['setpriv', '--reuid', user, '--clear-groups', 'id', '-u']).stdout.toString().trim())
`

attack({
  name: 'CVE-2021-43784: a variable of 65,546 bytes names the user that the container runs as',
  prepare: () => undefined,
  naive: (box) =>
    naively(box, '"$BUN" -e "$SCRIPT"', {
      BUN: process.execPath,
      SCRIPT: NAIVE,
      PACKED: message('u', '1000') + message('e', VARIABLE),
    }),
  bunc: (box) =>
    box.run({ process: { user: { uid: 1000, gid: 1000 }, env: ['PATH=/bin', VARIABLE], args: ['id', '-u'] } }),
  harm: (_, __, given) => printedBy(given) !== '1000\n',
})

attack({
  name: 'CVE-2021-43784: id maps of more than 65,536 bytes are cut off, and others follow',
  prepare: () => undefined,
  naive: (box) =>
    naively(box, '"$BUN" -e "$SCRIPT"', {
      BUN: process.execPath,
      SCRIPT: NAIVE,
      PACKED: message('u', '1000') + message('e', `0 0 1${message('u', '0')}.`.padEnd(0x1_0000 + 5, '1 1 1 ')),
    }),
  bunc: (box) => {
    const maps = Array.from({ length: 6_000 }, (_, i) => ({ containerID: i, hostID: 100_000 + i, size: 1 }))
    const namespaces = ['pid', 'network', 'ipc', 'uts', 'mount', 'user'].map((type) => ({ type }))
    return box.run({
      process: { args: ['cat', '/proc/self/uid_map'] },
      linux: { namespaces, uidMappings: maps, gidMappings: maps },
    })
  },
  refusal: /Cannot .*uid_map|linux\.uidMappings/,
  harm: (_, __, given) => printedBy(given) === '0\n',
})
