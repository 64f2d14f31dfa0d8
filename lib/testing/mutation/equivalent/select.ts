import type { Equivalents } from '../equivalent.ts'

/** Which evidence belongs to a build. */
export const SELECT: Equivalents = {
  'lib/in-toto/select/choose.ts': [
    {
      was: 'const [group = []] = groups',
      changes: ['const [group = ["Stryker was here"]] = groups'],
      why: 'asked only of a list with one entry: the default is for the type',
    },
    {
      was: 'const mine = groups.filter((group) => group[0]?.content === one.build.content)',
      changes: ['const mine = groups.filter((group) => group[0].content === one.build.content)'],
      why: 'no group is empty: the condition is for the type',
    },
    {
      was: 'const dissent = copies.filter((link) => !signers.has(link.identity) && link.content !== recorded[0]?.content)',
      changes: [
        'const dissent = copies.filter((link) => !signers.has(link.identity) && link.content !== recorded[0].content)',
      ],
      why: 'asked only beside links that were recorded: the condition is for the type',
    },
    {
      was: 'const isSublayout = unsure.every(({ sublayout }) => sublayout) && isOnlyOne(unsure)',
      changes: ['const isSublayout = unsure.some(({ sublayout }) => sublayout) && isOnlyOne(unsure)'],
      why: 'a sublayout and a link never have the same content',
    },
    {
      was: "const whence = copies[0] === undefined ? 'before' : origin(one.store, copies[0])",
      changes: ["const whence = false ? 'before' : origin(one.store, copies[0])"],
      why: 'asked only where there are copies: the condition is for the type',
    },
    {
      was: 'return first === undefined || first.sublayout ? NO_TIE : tieOf(step, first.record, selected)',
      changes: ['return false || first.sublayout ? NO_TIE : tieOf(step, first.record, selected)'],
      why: 'no group is empty: the condition is for the type',
    },
    {
      was: 'const first = link.sightings.reduce((a, b) => (b.at < a.at ? b : a))',
      changes: ['const first = link.sightings.reduce((a, b) => (b.at <= a.at ? b : a))'],
      why: 'of two at the same time either was first',
    },
    {
      was: 'const delivery = first.deliveryId === null ? undefined : store.evidence.deliveries.get(first.deliveryId)',
      changes: ['const delivery = false ? undefined : store.evidence.deliveries.get(first.deliveryId)'],
      why: 'no delivery is called null: the condition is for the type',
    },
  ],
  'lib/in-toto/select/select-evidence.ts': [
    {
      was: 'const waiting: Step[] = []',
      changes: ['const waiting: Step[] = ["Stryker was here"]'],
      why: 'what is no step of the layout gets a choice that nobody asks for',
    },
    {
      was: 'const choices = store.layout.steps.flatMap(({ name }) => chosen.get(name) ?? [])',
      changes: ['const choices = store.layout.steps.flatMap(({ name }) => chosen.get(name) ?? ["Stryker was here"])'],
      why: 'every step has a choice by then: the default is for the type',
    },
    {
      was: 'const [group = []] = choice.groups',
      changes: ['const [group = ["Stryker was here"]] = choice.groups'],
      why: 'where there is no group, nothing is added to it',
    },
    {
      was: 'if (others.size + unsure.length === 0) return choice',
      changes: ['if (false) return choice'],
      why: 'a shorter way: adding nothing changes nothing',
    },
    {
      was: 'if (groups.some((group) => group.some(({ content }) => content === build.content))) return choice',
      changes: ['if (groups.every(group => group.some(({ content }) => content === build.content))) return choice'],
      why: 'the final step has one group',
    },
    {
      was: 'return rebuilds.length === 0 ? choice : { ...choice, rebuilds }',
      changes: ['return false ? choice : { ...choice, rebuilds }'],
      why: 'none and an empty list say the same',
    },
    {
      was: 'if (contents.size === 1 && first !== undefined && !first.sublayout) records.set(name, first.record)',
      changes: ['if (contents.size === 1 && true && !first.sublayout) records.set(name, first.record)'],
      why: 'one content is of one link at least: the condition is for the type',
    },
    {
      was: "const code = revoked?.skipped.code ?? first?.skipped.code ?? 'CERT_EXPIRED_NO_TIMESTAMP'",
      changes: ["const code = revoked?.skipped.code ?? first.skipped.code ?? 'CERT_EXPIRED_NO_TIMESTAMP'"],
      why: 'a link that cannot count is among those that cannot: the condition is for the type',
    },
  ],
  'lib/in-toto/select/standing.ts': [
    {
      was: 'const attempts = build.deliveryId === null ? [] : attemptsUpTo(build.deliveryId, evidence.deliveries)',
      changes: [
        'const attempts = false ? [] : attemptsUpTo(build.deliveryId, evidence.deliveries)',
        'const attempts = build.deliveryId === null ? ["Stryker was here"] : attemptsUpTo(build.deliveryId, evidence.deliveries)',
      ],
      why: 'no delivery is called null, and an attempt without an id holds nothing',
    },
    {
      was: 'freshIn === null ? null : (numbers.get(freshIn) ?? null)',
      changes: ['false ? null : (numbers.get(freshIn) ?? null)'],
      why: 'no delivery is called null: the condition is for the type',
    },
    {
      was: 'const levels = [evidence, ...(outermost === evidence ? [] : [outermost])].map(recordedIn)',
      changes: ['const levels = [evidence, ...(false ? [] : [outermost])].map(recordedIn)'],
      why: 'a shorter way: the same links twice say nothing else',
    },
    {
      was: 'const latest = latestAttempts(levels[0] ?? [], attemptOf)',
      changes: ['const latest = latestAttempts(levels[0] ?? ["Stryker was here"], attemptOf)'],
      why: 'there is a first level: the default is for the type',
    },
    {
      was: 'return changed ? [attempt] : []',
      changes: ['return changed ? [attempt] : ["Stryker was here"]'],
      why: 'no text is more than a number',
    },
  ],
}
