import type { ProvenanceGraph } from '#lib/contract/builds.ts'
import type { Report, RuleListTrace } from '#lib/in-toto/report.ts'

/**
 * Ids of nodes that have to do with what is looked for, in flow order: name of the step (also of a folded one), path of
 * a file that a rule took or left, beginning of a digest or keyid.
 */
export function findNodes(graph: ProvenanceGraph, report: Report | null, query: string): string[] {
  const q = query.trim().toLowerCase()
  if (q === '') return []
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  return graph.order.filter((id) => {
    const node = nodes.get(id)
    if (node === undefined) return false
    const names = [node.label, ...(node.members?.map((member) => member.label) ?? [])]
    if (names.some((name) => name.toLowerCase().includes(q)) || node.detail.toLowerCase().includes(q)) return true
    const steps = [node.id, ...(node.members?.map((member) => member.id) ?? [])]
    return steps.some((step) => stepMentions(report, step, q))
  })
}

function stepMentions(report: Report | null, id: string, q: string): boolean {
  const step = report?.steps.find((one) => one.name === id)
  const inspection = report?.inspections.find((one) => `inspection:${one.name}` === id)
  const item = step ?? inspection
  if (item === undefined) return false
  if (listMentions(item.materials, q) || listMentions(item.products, q)) return true
  return (step?.counted ?? []).some(
    (link) =>
      link.signer.certificate?.spiffeId?.toLowerCase().includes(q) ||
      link.signer.keyid.startsWith(q) ||
      link.signer.fingerprint.startsWith(q) ||
      link.sha256.startsWith(q),
  )
}

function listMentions(list: RuleListTrace | null, q: string): boolean {
  if (list === null) return false
  if (list.leftover.some((path) => path.toLowerCase().includes(q))) return true
  return list.rules.some(
    (rule) =>
      rule.consumedNames.some((path) => path.toLowerCase().includes(q)) ||
      rule.left.some((left) =>
        [...Object.values(left.expected ?? {}), ...Object.values(left.found ?? {})].some((hex) => hex.startsWith(q)),
      ),
  )
}
