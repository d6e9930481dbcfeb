// The bill of materials: CycloneDX JSON with each executable, what package-lock.json pins of what is inside, and Bun's
// runtime, which is nearly all of it. No clock and no chance: the same build gives the same text.

import { Enums, Models, Serialize, Spec, SPDX } from '@cyclonedx/cyclonedx-library'

import type { Build } from './build.ts'
import { shippedPackages } from './lockfile.ts'
import type { Pinned } from './lockfile.ts'

const RUNTIME = 'The runtime of Bun, which is in the executable with the few bytes changed that compile.ts lists'

/** An executable of the release: its file name, its target's runtime package, and its checksum. */
export interface Executable {
  readonly name: string
  readonly runtime: string
  readonly sha256: string
}

/** Takes what the release is made from and its executables; gives the document. */
export function sbom(build: Build, executables: readonly Executable[]): string {
  const { root, version, date } = build
  const runtimes = executables.map(({ runtime }) => runtime)
  const components = shippedPackages(root, runtimes).map((pinned) => componentOf(pinned, runtimes))
  const files = executables.map((file) => fileOf(file, components, runtimes))
  const program = new Models.Component(Enums.ComponentType.Application, 'bunc', {
    version,
    bomRef: `bunc@${version}`,
    licenses: new Models.LicenseRepository([licence('Apache-2.0')]),
    components: new Models.ComponentRepository(files),
    dependencies: new Models.BomRefRepository(files.map(({ bomRef }) => bomRef)),
  })
  const bom = new Models.Bom({
    components: new Models.ComponentRepository(components),
    metadata: new Models.Metadata({ component: program, timestamp: new Date(date * 1_000) }),
  })
  // Two documents with one number must be the same: the number follows from the executables, which hold the commit.
  bom.serialNumber = `urn:uuid:${Bun.randomUUIDv5(executables.map(({ sha256 }) => sha256).join(), 'oid')}`
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`
}

function componentOf({ name, version, license, sha512 }: Pinned, runtimes: readonly string[]): Models.Component {
  const [group, plain] = name.startsWith('@') ? name.split('/', 2) : [undefined, name]
  return new Models.Component(Enums.ComponentType.Library, plain ?? name, {
    group,
    version,
    description: runtimes.includes(name) ? RUNTIME : undefined,
    bomRef: `${name}@${version}`,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: new Models.LicenseRepository([licence(license)]),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], sha512]]),
  })
}

/** An executable is made of its own runtime and none of the others, and of all that is no runtime. */
function fileOf(file: Executable, components: readonly Models.Component[], runtimes: readonly string[]) {
  const nameOf = ({ group, name }: Models.Component) => (group === undefined ? name : `${group}/${name}`)
  const inside = components.filter((component) => {
    const name = nameOf(component)
    return name === file.runtime || !runtimes.includes(name)
  })
  return new Models.Component(Enums.ComponentType.File, file.name, {
    bomRef: file.name,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], file.sha256]]),
    dependencies: new Models.BomRefRepository(inside.map(({ bomRef }) => bomRef)),
  })
}

function licence(name: string): Models.SpdxLicense | Models.LicenseExpression {
  return SPDX.isSupportedSpdxId(name) ? new Models.SpdxLicense(name) : new Models.LicenseExpression(name)
}
