import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Scene } from '../fault.ts'

/** Half of an upload, on a connection that stays. */
function halfAnUpload({ stand, client }: Scene): Promise<void> {
  const [link] = client.nextRun().links
  if (link === undefined) throw new Error('a run has links')
  const { hostname, port, host } = new URL(stand.origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    const head = [
      `POST /api/v1/attestations?path=half.link HTTP/1.1`,
      `Host: ${host}`,
      ...Object.entries(client.world.headers).map(([name, value]) => `${name}: ${value}`),
      'Content-Type: application/json',
      `Content-Length: ${link.bytes.length}`,
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    socket.write(link.bytes.subarray(0, link.bytes.length >> 1))
  })
}

export const webKilled: Fault = {
  number: 2,
  name: 'web server killed during uploads',
  short: true,
  inject: async (scene) => {
    const { stand, client, random } = scene
    const kills = Math.max(2, Math.ceil(scene.kills / 10))
    const before = client.statuses.get('none') ?? 0
    const stop = client.load(6)
    for (let round = 0; round < kills; round++) {
      const cut = halfAnUpload(scene)
      await sleep(random.between(100, 600))
      await stand.web.kill()
      await cut
      await stand.web.start()
    }
    await stop()
    const broken = (client.statuses.get('none') ?? 0) - before
    return {
      injected: `${kills} kills, ${broken} requests cut off and sent again`,
      missing: broken === 0 ? ['no request was cut off'] : [],
    }
  },
}
