import { parseJsonText, parseSpiffeId } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { parseLayoutDocument } from '#lib/in-toto/index.ts'

interface Software {
  readonly slug: string
  readonly name: string
}

/** Answers which software's layout in force asks for workloads of a trust domain, or of any. */
export async function readDomains(): Promise<(trustDomain: string) => Software[]> {
  const bindings = await db.binding.findMany({
    where: { until: null },
    select: { software: { select: { slug: true, name: true } }, version: { select: { signedJson: true } } },
    orderBy: { software: { name: 'asc' } },
  })
  const asked = bindings.map(({ software, version }) => ({ software, uris: urisOf(version.signedJson) }))
  return (trustDomain) =>
    asked
      .filter(({ uris }) => uris.some((uri) => uri === '*' || domainOf(uri) === trustDomain))
      .map(({ software }) => software)
}

function urisOf(signedJson: string): string[] {
  const value = parseJsonText(signedJson)
  if (!(value instanceof Map)) return []
  const { steps } = parseLayoutDocument(value)
  return steps.flatMap(({ certConstraints }) => certConstraints.flatMap(({ uris }) => uris))
}

function domainOf(uri: string): string | null {
  const parsed = parseSpiffeId(uri)
  return parsed.valid ? parsed.spiffeId.trustDomain : null
}
