import { buildSchema, type GraphQLSchema } from 'graphql'

/** The part of Archivista 0.11's schema that its clients use, built with its rules for filter names. */
export function archivistaSchema(): GraphQLSchema {
  return buildSchema(`
    scalar Time
    scalar Cursor
    interface Node { id: ID! }
    type Query {
      node(id: ID!): Node
      nodes(ids: [ID!]!): [Node]!
      attestationPolicies(${paging}): AttestationPolicyConnection!
      dsses(${paging} orderBy: DsseOrder, where: DsseWhereInput): DsseConnection!
      subjects(${paging} orderBy: SubjectOrder, where: SubjectWhereInput): SubjectConnection!
    }
    type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: Cursor endCursor: Cursor }
    enum OrderDirection { ASC DESC }
    enum DsseOrderField { CREATED_AT }
    enum SubjectOrderField { CREATED_AT }
    input DsseOrder { direction: OrderDirection! = ASC, field: DsseOrderField! }
    input SubjectOrder { direction: OrderDirection! = ASC, field: SubjectOrderField! }
    ${connection('Dsse')} ${connection('Subject')} ${connection('AttestationPolicy')}
    type Dsse implements Node {
      id: ID! createdAt: Time gitoidSha256: String! payloadType: String!
      statement: Statement signatures: [Signature!] payloadDigests: [PayloadDigest!]
    }
    type Statement implements Node {
      id: ID! predicate: String!
      subjects(${paging} orderBy: SubjectOrder, where: SubjectWhereInput): SubjectConnection!
      policy: AttestationPolicy attestationCollections: AttestationCollection dsse: [Dsse!]
    }
    type Subject implements Node { id: ID! createdAt: Time name: String! subjectDigests: [SubjectDigest!] statement: Statement }
    type SubjectDigest implements Node { id: ID! algorithm: String! value: String! subject: Subject }
    type AttestationCollection implements Node { id: ID! name: String! attestations: [Attestation!] statement: Statement! }
    type Attestation implements Node { id: ID! type: String! attestationCollection: AttestationCollection! }
    type AttestationPolicy implements Node { id: ID! name: String! statement: Statement }
    type Signature implements Node { id: ID! keyID: String! signature: String! dsse: Dsse timestamps: [Timestamp!] }
    type Timestamp implements Node { id: ID! type: String! timestamp: Time! }
    type PayloadDigest implements Node { id: ID! algorithm: String! value: String! }
    ${filter('Dsse', { gitoidSha256: 'String', payloadType: 'String', createdAt: 'Time' }, { Statement: 'Statement', Signatures: 'Signature', PayloadDigests: 'PayloadDigest' })}
    ${filter('Statement', { predicate: 'String' }, { Subjects: 'Subject', Policy: 'AttestationPolicy', AttestationCollections: 'AttestationCollection', Dsse: 'Dsse' })}
    ${filter('Subject', { name: 'String', createdAt: 'Time' }, { SubjectDigests: 'SubjectDigest', Statement: 'Statement' })}
    ${filter('SubjectDigest', { algorithm: 'String', value: 'String' }, { Subject: 'Subject' })}
    ${filter('AttestationCollection', { name: 'String' }, { Attestations: 'Attestation', Statement: 'Statement' })}
    ${filter('Attestation', { type: 'String' }, {})}
    ${filter('AttestationPolicy', { name: 'String' }, { Statement: 'Statement' })}
    ${filter('Signature', { keyID: 'String', signature: 'String' }, {})}
    ${filter('PayloadDigest', { algorithm: 'String', value: 'String' }, {})}
  `)
}

const paging = 'after: Cursor, first: Int, before: Cursor, last: Int,'

function connection(name: string): string {
  return `type ${name}Connection { edges: [${name}Edge] pageInfo: PageInfo! totalCount: Int! }
    type ${name}Edge { node: ${name} cursor: Cursor! }`
}

function filter(name: string, fields: Record<string, 'String' | 'Time'>, edges: Record<string, string>): string {
  const own = `${name}WhereInput`
  const scalars = Object.entries(fields).flatMap(([field, type]) => {
    const all = ['', 'NEQ', 'GT', 'GTE', 'LT', 'LTE', ...(type === 'Time' ? [] : texts)]
    const lists = ['In', 'NotIn'].map((operator) => `${field}${operator}: [${type}!]`)
    const nil = ['IsNil', 'NotNil'].map((operator) => `${field}${operator}: Boolean`)
    return [...all.map((operator) => `${field}${operator}: ${type}`), ...lists, ...(type === 'Time' ? nil : [])]
  })
  const joined = Object.entries(edges).flatMap(([edge, to]) => [
    `has${edge}: Boolean`,
    `has${edge}With: [${to}WhereInput!]`,
  ])
  return `input ${own} { not: ${own}, and: [${own}!], or: [${own}!], id: ID, ${[...scalars, ...joined].join(', ')} }`
}

const texts = ['Contains', 'HasPrefix', 'HasSuffix', 'EqualFold', 'ContainsFold']
