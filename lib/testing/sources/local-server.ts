import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { afterEach } from 'vitest'

/** A real server on loopback, and what it was asked. */
export interface LocalServer {
  /** such as `http://127.0.0.1:40123` */
  readonly origin: string
  readonly port: number
  readonly requests: readonly Asked[]
  close(): Promise<void>
}

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface LocalServerOptions {
  /** a loopback address; 127.0.0.2 and the like are other machines to a client */
  readonly host?: string
  /** 0: any free one */
  readonly port?: number
  /** makes it an https server */
  readonly tls?: TlsOptions
  /** the name in `origin`, where it is not the address */
  readonly name?: string
}

export type Answer = (asked: Asked, response: ServerResponse) => unknown

/** Starts a server that reads each request whole and then answers it as told. */
export async function localServer(answer: Answer, options: LocalServerOptions = {}): Promise<LocalServer> {
  const { host = '127.0.0.1', port = 0, tls, name = host } = options
  const requests: Asked[] = []
  const listener: RequestListener = async (incoming, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of incoming) chunks.push(chunk)
    } catch {
      return // whoever asked has gone
    }
    const { method = '', url = '', headers } = incoming
    const asked = { method, url, headers, body: Buffer.concat(chunks) }
    requests.push(asked)
    await answer(asked, response)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const taken = (server.address() as AddressInfo).port
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${taken}`,
    port: taken,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** `localServer` whose servers are closed after each test of the file. */
export function useLocalServers(): typeof localServer {
  const open: LocalServer[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()))
  })
  return async (answer, options) => {
    const server = await localServer(answer, options)
    open.push(server)
    return server
  }
}
