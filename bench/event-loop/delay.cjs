// Loaded before the server: tells its parent, when asked, how long its event loop stood still at most since last time,
// by the clock and by the processor time of its own thread (the difference is what others on the machine took).
const { isMainThread } = require('node:worker_threads')

if (isMainThread) {
  const cpu = () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1_000
  }
  let held = { wall: 0, cpu: 0 }
  let last = { wall: performance.now(), cpu: cpu() }
  setInterval(() => {
    const now = { wall: performance.now(), cpu: cpu() }
    held = { wall: Math.max(held.wall, now.wall - last.wall), cpu: Math.max(held.cpu, now.cpu - last.cpu) }
    last = now
  }, 1).unref()
  process.on('message', (message) => {
    if (message !== 'delay') return
    process.send({ delay: held })
    held = { wall: 0, cpu: 0 }
  })
}
