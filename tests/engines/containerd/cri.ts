// What a kubelet asks of containerd: pods and containers by the Container Runtime Interface, version 1, over gRPC.
// Speaks the part that the tests need; the numbers of the fields are those of the interface's api.proto.
import { connect as connectHttp2, constants } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import { connect } from 'node:net'

import { Decoded, encode } from './protobuf.ts'
import type { Message } from './protobuf.ts'

const CALL_LIMIT = 30_000

/** The length of a gRPC frame's header: a flag and the length of the message, in four bytes, big-endian. */
const FRAME_HEADER = 5

/** NamespaceMode of the interface. */
const NAMESPACE = { POD: 0, CONTAINER: 1, NODE: 2 } as const

const STATES = ['created', 'running', 'exited', 'unknown']

export interface ContainerRequest {
  readonly name: string
  readonly image: string
  readonly command: readonly string[]
  readonly user?: number
  readonly readonly?: boolean
  readonly memory?: number
  readonly mount?: { readonly host: string; readonly container: string; readonly readonly: boolean }
}

export class CriClient implements Disposable {
  readonly #session: ClientHttp2Session

  constructor(socket: string) {
    this.#session = connectHttp2('http://localhost', { createConnection: () => connect(socket) })
  }

  /** Starts a pod in the network of the host, below the cgroup `parent`, with the runtime class `handler`; gives its id. */
  async runPod(pod: Message, handler: string): Promise<string> {
    const request: Message = [
      [1, pod],
      [2, handler],
    ]
    return (await this.#call('RunPodSandbox', request)).text(1)
  }

  /** Makes a container in a pod; gives its id. */
  async create(podId: string, pod: Message, request: ContainerRequest): Promise<string> {
    const message: Message = [
      [1, podId],
      [2, containerOf(request)],
      [3, pod],
    ]
    return (await this.#call('CreateContainer', message)).text(1)
  }

  /** Starts a container that was made. */
  async start(id: string): Promise<void> {
    await this.#call('StartContainer', [[1, id]])
  }

  /** Runs a command in a container to its end. */
  async exec(id: string, command: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const words = command.map((word) => [2, word] as const)
    const answer = await this.#call('ExecSync', [[1, id], ...words, [3, 20]])
    return { code: answer.number(3), stdout: answer.text(1), stderr: answer.text(2) }
  }

  /** The state of a container, its exit code and the reason for its end. */
  async status(id: string): Promise<{ state: string; code: number; reason: string }> {
    const status = (await this.#call('ContainerStatus', [[1, id]])).message(1)
    return { state: STATES[status.number(3)] ?? '', code: status.number(7), reason: status.text(10) }
  }

  /** Sets another limit of memory, in bytes. */
  async limitMemory(id: string, limit: number): Promise<void> {
    await this.#call('UpdateContainerResources', [
      [1, id],
      [2, [[4, limit]]],
    ])
  }

  /** Asks a container to end, and kills it after `timeout` seconds. */
  async stop(id: string, timeout: number): Promise<void> {
    await this.#call('StopContainer', [
      [1, id],
      [2, timeout],
    ])
  }

  async remove(id: string): Promise<void> {
    await this.#call('RemoveContainer', [[1, id]])
  }

  /** Ends a pod with all its containers and removes it. */
  async removePod(podId: string): Promise<void> {
    await this.#call('StopPodSandbox', [[1, podId]])
    await this.#call('RemovePodSandbox', [[1, podId]])
  }

  [Symbol.dispose](): void {
    this.#session.close()
  }

  #call(method: string, request: Message): Promise<Decoded> {
    const { promise, resolve, reject } = Promise.withResolvers<Decoded>()
    const stream = this.#session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: `/runtime.v1.RuntimeService/${method}`,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    })
    const chunks: Buffer[] = []
    let failure: string | undefined
    const readStatus = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] === undefined || headers['grpc-status'] === '0') return
      failure = decodeURIComponent(String(headers['grpc-message']))
    }
    stream.on('response', readStatus)
    stream.on('trailers', readStatus)
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('end', () => {
      if (failure !== undefined) reject(new Error(`Cannot ${method}: ${failure}`))
      else resolve(new Decoded(Buffer.concat(chunks).subarray(FRAME_HEADER)))
    })
    const timer = setTimeout(() => reject(new Error(`Cannot ${method}: no answer in ${CALL_LIMIT} ms`)), CALL_LIMIT)
    stream.end(frame(encode(request)))
    return promise.finally(() => clearTimeout(timer))
  }
}

/** The description of a pod that both its start and the start of its containers take. */
export function podOf(name: string, cgroupParent: string): Message {
  return [
    [
      1,
      [
        [1, name],
        [2, `uid-${name}`],
        [3, 'default'],
      ],
    ],
    [
      8,
      [
        [1, cgroupParent],
        [2, [[1, HOST_NETWORK]]],
      ],
    ],
  ]
}

/** No network plugin is wanted: the network is the host's, process ids are the container's own, the rest the pod's. */
const HOST_NETWORK: Message = [
  [1, NAMESPACE.NODE],
  [2, NAMESPACE.CONTAINER],
  [3, NAMESPACE.POD],
]

function containerOf(request: ContainerRequest): Message {
  const { user, mount, memory } = request
  const security: Message = [
    [3, HOST_NETWORK],
    ...(user === undefined ? [] : [[5, [[1, user]]] as const]),
    [7, request.readonly ?? false],
  ]
  const mounts: Message =
    mount === undefined
      ? []
      : [
          [
            7,
            [
              [1, mount.container],
              [2, mount.host],
              [3, mount.readonly],
            ],
          ],
        ]
  const linux: Message = [...(memory === undefined ? [] : [[1, [[4, memory]]] as const]), [2, security]]
  const command = request.command.map((word) => [3, word] as const)
  return [[1, [[1, request.name]]], [2, [[1, request.image]]], ...command, ...mounts, [15, linux]]
}

function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(FRAME_HEADER)
  header.writeUInt32BE(message.length, 1)
  return Buffer.concat([header, message])
}
