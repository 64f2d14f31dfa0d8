import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import { middleOf, routePath } from './route-path.ts'
import type { GraphState } from './states.ts'

/** Print is always light: these are the light values of the page's colours. */
const INK: Readonly<Record<GraphState, { line: string; text: string; tint: string; word: string; dash?: string }>> = {
  pass: { line: '#1a9c86', text: '#0b6b57', tint: '#e0f5ef', word: 'Verified' },
  fail: { line: '#a8120c', text: '#a3150f', tint: '#fdebe8', word: 'Blocked' },
  warn: { line: '#b36b0a', text: '#855000', tint: '#fdf2dc', word: 'Warning' },
  expired: { line: '#a864ee', text: '#7432b8', tint: '#f4ebfd', word: 'Expired', dash: '8 3 2 3' },
  unverified: { line: '#5e6572', text: '#525a67', tint: '#eef0f3', word: 'Not verified', dash: '5 4' },
  running: { line: '#1c3f99', text: '#1c46a8', tint: '#e8eefb', word: 'Running', dash: '2 4' },
}

/** The drawing as an SVG document; `note` (what it is of, digest, time) stands in the corner. */
export function graphSvg(graph: ProvenanceGraph, note: string): string {
  const width = Math.ceil(graph.width + 32)
  const height = Math.ceil(graph.height + 64)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -16 ${width} ${height}" width="${width}" height="${height}" font-family="Geist, system-ui, sans-serif">`,
    `<title>${text(note)}</title>`,
    `<rect x="-16" y="-16" width="${width}" height="${height}" fill="#f6f7f9"/>`,
    ...graph.edges.map(edge),
    ...graph.nodes.map(node),
    ...graph.edges.map(label),
    `<text x="0" y="${Math.ceil(graph.height + 28)}" font-size="11" fill="#59636f">${text(note)}</text>`,
    '</svg>',
  ].join('\n')
}

type Node = ProvenanceGraph['nodes'][number]
type Edge = ProvenanceGraph['edges'][number]

function edge({ points, state }: Edge): string {
  const ink = INK[state]
  const stroke = state === 'pass' ? '#9aa5b1' : ink.line
  const dash = ink.dash === undefined ? '' : ` stroke-dasharray="${ink.dash}"`
  return `<path d="${routePath(points)}" fill="none" stroke="${stroke}" stroke-width="${state === 'fail' ? 2.5 : 1.25}"${dash}/>`
}

function node({ x, y, width, height, label: name, detail, state, kind }: Node): string {
  const ink = INK[state]
  const stroke = state === 'pass' ? '#e1e5ea' : ink.line
  const dash = ink.dash === undefined ? '' : ` stroke-dasharray="${ink.dash}"`
  return [
    `<g><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${kind === 'artifact' ? height / 2 : 8}" fill="#ffffff" stroke="${stroke}" stroke-width="${state === 'fail' ? 2 : 1}"${dash}/>`,
    `<text x="${x + 16}" y="${y + 24}" font-size="13" font-weight="500" fill="#131a24">${text(clip(name, 24))}</text>`,
    `<text x="${x + 16}" y="${y + 42}" font-size="11" fill="${ink.text}">${text(clip(`${ink.word}. ${detail}`, 34))}</text></g>`,
  ].join('')
}

function label({ label: name, labelAt, points, state }: Edge): string {
  if (state !== 'fail' && state !== 'warn') return ''
  const ink = INK[state]
  const middle = middleOf(points)
  const box = labelAt ?? { x: middle.x - 60, y: middle.y - 12, width: 120, height: 24 }
  return [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="4" fill="${ink.tint}"/>`,
    `<text x="${box.x + box.width / 2}" y="${box.y + box.height / 2 + 4}" font-size="11" font-weight="500" text-anchor="middle" fill="${ink.text}">${text(name)}</text>`,
  ].join('')
}

const clip = (name: string, length: number): string => (name.length <= length ? name : `${name.slice(0, length - 1)}…`)

/** Names come from evidence: nothing in them may become markup, and XML knows no control characters. */
function text(value: string): string {
  return (
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML refuses
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  )
}
