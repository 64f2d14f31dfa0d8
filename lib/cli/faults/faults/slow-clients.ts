import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../fault.ts'

const sockets = 500

export const slowClients: Fault = {
  number: 7,
  name: `${sockets} clients that send a byte every ten seconds`,
  short: false,
  inject: async ({ stand, client }) => {
    const { hostname, port } = new URL(stand.origin)
    let cut = 0
    const slow = Array.from({ length: sockets }, (): Socket => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.on('close', () => cut++)
      socket.write('POST /api/v1/attestations HTTP/1.1\r\nHost: x\r\nX-Slow: ')
      return socket
    })
    const drip = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write('a')
    }, 10_000)
    await sleep(1_000)
    const before = client.acknowledged.length
    const stop = client.load(4)
    const begun = performance.now()
    while (cut < sockets && performance.now() - begun < 60_000) await sleep(250)
    const took = (performance.now() - begun) / 1000
    await stop()
    clearInterval(drip)
    for (const socket of slow) socket.destroy()
    const served = client.acknowledged.length - before
    return {
      injected: `all cut after ${took.toFixed(0)} s, ${served} uploads of others served meanwhile`,
      missing: [
        ...(cut >= sockets ? [] : [`${cut} of ${sockets} were cut within a minute`]),
        ...(served > 0 ? [] : ['nobody else was served']),
      ],
    }
  },
}
