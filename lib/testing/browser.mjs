// Which browser the tests drive. Plain JavaScript: `npm test` asks before anything is installed.
import { existsSync } from 'node:fs'

const systemBrowsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]

/** The system's Chromium, or undefined where Playwright's own is to be used. CHROMIUM names another. */
export function systemChromium() {
  return [process.env.CHROMIUM, ...systemBrowsers].find((path) => path && existsSync(path))
}
