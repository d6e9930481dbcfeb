// Table: who executes the fenced blocks of the pages. A block is claimed by the test that takes it, or by the reason why no
// test can; tests/unit/support/pages.test.ts finds the blocks that nobody claims. No code.

/** A claim to the blocks of a page that are fenced as `language` and contain `mark`, or to all of that language. */
export interface Claim {
  readonly page: string
  readonly language: string
  readonly mark?: string
  /** The test file, which names the page. */
  readonly test?: string
  /** Why no test executes them. */
  readonly reason?: string
}

const [README, CI, SECCOMP, RELEASES, CONTAINERD, BENCHMARKS] = [
  'README.md',
  'docs/ci.md',
  'docs/seccomp.md',
  'docs/releases.md',
  'docs/containerd.md',
  'docs/benchmarks.md',
]
const INSIDE = 'tests/vm/inside/pages.ts'
const RELEASE = 'tests/release/pages.test.ts'
const BY_CONTAINERD = 'tests/engines/containerd/documented.test.ts'
const BY_DOCKER = 'tests/engines/docker/documented.test.ts'

/** All claims, in the order of the pages. */
export const CLAIMS: readonly Claim[] = [
  { page: README, language: 'sh', mark: 'npm run build', test: RELEASE },
  { page: README, language: 'sh', mark: 'bunc install docker', test: INSIDE },
  { page: README, language: 'sh', mark: 'docker run --rm --runtime bunc', test: INSIDE },
  { page: README, language: 'sh', mark: 'docker export', test: INSIDE },
  { page: CI, language: 'sh', mark: 'selftest --junit', test: INSIDE },
  { page: CI, language: 'yaml', mark: 'runs-on', test: RELEASE },
  { page: CI, language: 'sh', mark: 'docker run --rm --privileged', test: INSIDE },
  { page: CI, language: 'sh', mark: 'bunc validate --json', test: INSIDE },
  { page: CONTAINERD, language: 'sh', mark: 'ctr run', test: BY_CONTAINERD },
  { page: CONTAINERD, language: 'sh', mark: 'config dump', test: BY_CONTAINERD },
  { page: CONTAINERD, language: 'sh', mark: 'bunc --root', test: BY_CONTAINERD },
  {
    page: CONTAINERD,
    language: 'sh',
    mark: 'kubectl label',
    reason: 'it takes a cluster; documented.test.ts compares its label with the one of the runtime class',
  },
  { page: CONTAINERD, language: 'toml', test: 'tests/engines/containerd/daemon.ts' },
  { page: CONTAINERD, language: 'yaml', test: BY_CONTAINERD },
  { page: 'docs/docker.md', language: 'sh', test: BY_DOCKER },
  { page: 'docs/docker.md', language: 'json', test: 'tests/engines/docker/daemon.ts' },
  { page: 'docs/podman.md', language: 'sh', test: 'tests/engines/podman/documented.test.ts' },
  { page: 'docs/podman.md', language: 'toml', test: 'tests/engines/podman/engine.ts' },
  { page: 'docs/getting-started.md', language: 'console', test: 'tests/container/getting-started.test.ts' },
  { page: SECCOMP, language: 'console', test: 'tests/container/pages.test.ts' },
  { page: SECCOMP, language: 'text', test: 'tests/container/pages.test.ts' },
  { page: RELEASES, language: 'sh', mark: '--ignore-missing', test: RELEASE },
  { page: RELEASES, language: 'sh', mark: 'npm run release', test: RELEASE },
  { page: RELEASES, language: 'sh', mark: 'apt install', test: 'tests/release/debian.test.ts' },
  { page: RELEASES, language: 'sh', mark: 'apt purge', test: 'tests/release/debian.test.ts' },
  { page: 'docs/troubleshooting.md', language: 'text', test: 'tests/container/mistakes.test.ts' },
  { page: BENCHMARKS, language: 'sh', mark: 'npm run bench', test: 'tests/bench/smoke.test.ts' },
  {
    page: BENCHMARKS,
    language: 'sh',
    mark: 'tests/vm/shell.ts',
    reason: 'it takes half an hour; smoke.test.ts runs the same program on the host',
  },
  { page: BENCHMARKS, language: 'text', test: 'tests/bench/smoke.test.ts' },
  {
    page: 'docs/architecture.md',
    language: 'ts',
    mark: 'function bind',
    reason: 'a sketch: of the functions of src/rootfs it has the two calls and leaves out the rest',
  },
  { page: 'src/README.md', language: 'ts', test: 'tests/release/npm.test.ts' },
  { page: 'tests/README.md', language: 'ts', reason: 'the beginning of a test' },
  { page: 'tests/vm/README.md', language: 'sh', mark: '--files DIR', reason: 'names of options, and no command' },
  {
    page: 'tests/vm/README.md',
    language: 'sh',
    mark: 'exec.test.ts',
    reason: 'cgroup2.test.ts runs the same tests in such a machine',
  },
]
