import type { AddressInfo } from 'node:net'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'

/** What a bad network does to answers on their way. */
export type Ailment = 'none' | 'refuses' | 'resets' | 'swallows' | 'crawls' | 'flips' | 'truncates'

/** A network in front of a server that spoils its answers as it is told. */
export class BadNetwork {
  ailment: Ailment = 'none'
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #port = 0

  private constructor(target: number) {
    this.#server = createServer((client) => this.#join(client, target))
  }

  static async before(target: number): Promise<BadNetwork> {
    const proxy = new BadNetwork(target)
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done))
    proxy.#port = (proxy.#server.address() as AddressInfo).port
    return proxy
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Connections that are open are cut: the next ones are as told. */
  become(ailment: Ailment): void {
    this.ailment = ailment
    for (const socket of this.#open) socket.destroy()
  }

  close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    return new Promise((done) => this.#server.close(() => done()))
  }

  #join(client: Socket, target: number): void {
    this.#keep(client)
    if (this.ailment === 'refuses') return void client.resetAndDestroy()
    const server = dial(target, '127.0.0.1')
    this.#keep(server)
    client.pipe(server)
    client.on('close', () => server.destroy())
    let sent = 0
    server.on('data', (chunk: Buffer) => {
      sent += chunk.length
      this.#pass(client, chunk, sent)
    })
    server.on('end', () => client.end())
  }

  #pass(client: Socket, chunk: Buffer, sent: number): void {
    switch (this.ailment) {
      case 'resets':
        client.write(chunk.subarray(0, chunk.length >> 1))
        client.resetAndDestroy()
        return
      case 'swallows':
        return
      case 'crawls':
        for (let at = 0; at < chunk.length; at++)
          setTimeout(() => client.write(chunk.subarray(at, at + 1)), (sent + at) * 1_000)
        return
      case 'flips':
        client.write(chunk.map((byte, at) => (at === chunk.length - 12 ? byte ^ 1 : byte)))
        return
      case 'truncates':
        client.write(chunk.subarray(0, Math.max(0, chunk.length - 20)))
        client.end()
        return
      default:
        client.write(chunk)
    }
  }

  #keep(socket: Socket): void {
    this.#open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#open.delete(socket))
  }
}
