import type { Equivalents } from '../equivalent.ts'

/** Rules of steps and inspections. */
export const RULES: Equivalents = {
  'lib/in-toto/evaluate-rules.ts': [
    {
      was: 'if (before === 0) {',
      changes: ['if (false) {', 'if (before === 0) {}'],
      why: 'a shorter way: from an empty queue nothing is taken or disallowed, and what is required is missing',
    },
    {
      was: "return entries.length === 0 ? NONE : entries.map((i) => paths[i] ?? '')",
      changes: ["return false ? NONE : entries.map((i) => paths[i] ?? '')"],
      why: 'a shorter way: no entries have no names',
    },
    {
      was: 'const slot = Math.min(length, everyEntry.length - 1)',
      changes: ['const slot = Math.min(length, everyEntry.length + 1)'],
      why: 'more lengths are kept, which saves time alone',
    },
    {
      was: 'if (known?.length === length) return known',
      changes: ['if (false) return known'],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
    {
      was: 'const left = leftover.length === 0 ? NONE : leftOf(rule, list, leftover, why, sides)',
      changes: ['const left = false ? NONE : leftOf(rule, list, leftover, why, sides)'],
      why: 'a shorter way: where nothing is left there is nothing to explain',
    },
    {
      was: 'if (sorted && entries.length <= LIMITS.shown) return entries',
      changes: ['if (false) return entries', 'if (sorted && entries.length < LIMITS.shown) return entries'],
      why: 'a shorter way: the first of them are all of them',
    },
    {
      was: "if (rule.keyword === 'MATCH' && links.has(rule.from) && cutsBadly(rule, files, queue)) return true",
      changes: ['if (true && links.has(rule.from) && cutsBadly(rule, files, queue)) return true'],
      why: 'no step is called by nothing: the condition is for the type',
    },
    {
      was: "if (rule.keyword === 'ALLOW') return compileGlob(rule.pattern).all",
      changes: ['if (false) return compileGlob(rule.pattern).all'],
      why: 'a shorter way: one by one, ALLOW * takes all as well',
    },
    {
      was: "if (rule.keyword !== 'MATCH' || (rule.sourcePrefix ?? '') !== '' || (rule.destinationPrefix ?? '') !== '')",
      changes: ["if (false || (rule.sourcePrefix ?? '') !== '' || (rule.destinationPrefix ?? '') !== '')"],
      why: 'what is no MATCH names no step, and no step has this list: the condition is for the type',
    },
    {
      was: "if (keyword === 'DISALLOW' || keyword === 'REQUIRE') return { consumed: NONE, rest: queue }",
      changes: [
        'if (false) return { consumed: NONE, rest: queue }',
        "if (keyword === 'DISALLOW' && keyword === 'REQUIRE') return { consumed: NONE, rest: queue }",
        "if (false || keyword === 'REQUIRE') return { consumed: NONE, rest: queue }",
        "if (keyword === 'DISALLOW' || false) return { consumed: NONE, rest: queue }",
      ],
      why: 'a shorter way: these take no file when asked for each',
    },
    {
      was: 'const first = queue.findIndex((i) => why(i) === null)',
      changes: ['const first = queue.findIndex((i) => true)'],
      why: 'a shorter way: the entries before the first that is taken are kept one by one instead',
    },
    {
      was: "if (rule.keyword === 'REQUIRE') return () => 'pattern'",
      changes: ["if (rule.keyword === 'REQUIRE') return () => undefined"],
      why: 'nobody asks a REQUIRE for a reason but the trace, which says "pattern" where there is none',
    },
    {
      was: 'if (all) return () => true',
      changes: ['if (false) return () => true'],
      why: 'a shorter way: the pattern matches everything anyway',
    },
    {
      was: "if (!sorted || prefix === '') return (i) => matches(paths[i] ?? '')",
      changes: [
        "if (true) return (i) => matches(paths[i] ?? '')",
        "if (!sorted || prefix !== '') return (i) => matches(paths[i] ?? '')",
      ],
      why: 'whatever matches the pattern begins with its prefix, and lies in that range of a list in order',
    },
    {
      was: "if (!sorted || prefix === '') return (i) => matches(paths[i] ?? '')",
      changes: ["if (!sorted || false) return (i) => matches(paths[i] ?? '')"],
      why: 'every text begins with nothing: the range is the whole list',
    },
    {
      was: "return prefixOnly ? (i) => i >= from && i < to : (i) => i >= from && i < to && matches(paths[i] ?? '')",
      changes: [
        "return prefixOnly ? (i) => i >= from && i < to : (i) => true && matches(paths[i] ?? '')",
        "return prefixOnly ? (i) => i >= from && i < to : (i) => i >= from || i < to && matches(paths[i] ?? '')",
        "return prefixOnly ? (i) => i >= from && i < to : (i) => true && i < to && matches(paths[i] ?? '')",
        "return prefixOnly ? (i) => i >= from && i < to : (i) => i >= from && true && matches(paths[i] ?? '')",
        "return prefixOnly ? (i) => i >= from && i < to : (i) => i >= from && i <= to && matches(paths[i] ?? '')",
      ],
      why: 'whatever matches the pattern begins with its prefix, and lies in that range of a list in order',
    },
    {
      was: 'if (prefix === withSlash(rule.destinationPrefix)) {',
      changes: ['if (false) {', 'if (prefix === withSlash(rule.destinationPrefix)) {}'],
      why: 'a shorter way: without it the same comes out, later',
    },
    {
      was: "if (prefix === '') return whyNotMatchPlainly(fitsEntry(glob, files), list, item, from, destination)",
      changes: ['if (false) return whyNotMatchPlainly(fitsEntry(glob, files), list, item, from, destination)'],
      why: 'the next line takes it where names are simple, and the way below where they are not: all three say the same',
    },
    {
      was: 'if (sorted && hasSimplePaths(files)) return whyNotMatchBelow(prefix, glob, list, item, from, destination)',
      changes: ['if (false) return whyNotMatchBelow(prefix, glob, list, item, from, destination)'],
      why: 'a shorter way: without it the same comes out, later',
    },
    {
      was: 'const statements = item.fromStatement === true && from?.fromStatement === true',
      changes: ['const statements = item.fromStatement === true && from.fromStatement === true'],
      why: 'there is a list to compare with, so there is a step',
    },
    {
      was: "if (rule.keyword !== 'MATCH' || why !== 'digest-differs') return {}",
      changes: ["if (false || why !== 'digest-differs') return {}"],
      why: 'digests differ for rules that MATCH alone: the condition is for the type',
    },
    {
      was: 'const expected = name === null ? undefined : links.get(rule.from)?.[rule.with].get(name)',
      changes: ['const expected = false ? undefined : links.get(rule.from)?.[rule.with].get(name)'],
      why: 'digests differ only where the counterpart was found, under its name',
    },
    {
      was: 'const expected = name === null ? undefined : links.get(rule.from)?.[rule.with].get(name)',
      changes: ['const expected = name === null ? undefined : links.get(rule.from)[rule.with].get(name)'],
      why: 'digests differ only where the step was found',
    },
  ],
  'lib/in-toto/rule-answers.ts': [
    {
      was: "if (rule.keyword !== 'MATCH') return true",
      changes: ['if (false) return true'],
      why: 'another rule names no step: the condition is for the type',
    },
    {
      was: 'return record?.fromStatement === true',
      changes: ['return record?.fromStatement !== true'],
      why: 'the two answers change places: what was equal still is, and what was not is not',
    },
  ],
  'lib/in-toto/verify/artifact-names.ts': [
    {
      was: 'if (normal.has(recorded[list])) continue',
      changes: ['if (false) continue'],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
    {
      was: 'normal.add(recorded[list])',
      changes: [';'],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
    {
      was: "const path = URI.test(name) ? name.replace(/^[a-z][a-z0-9+.-]+:(\\/\\/)?/i, '') : name",
      changes: ["const path = URI.test(name) ? name.replace(/[a-z][a-z0-9+.-]+:(\\/\\/)?/i, '') : name"],
      why: 'the name begins with a scheme, which is what is found first',
    },
  ],
  'lib/in-toto/verify/item-rules.ts': [
    {
      was: 'if (rule === undefined) return',
      changes: ['if (false) return'],
      why: 'a failure has the index of one of these rules',
    },
    {
      was: "return { list: input.list, index, text: rule === undefined ? '' : ruleText(rule) }",
      changes: ["return { list: input.list, index, text: false ? '' : ruleText(rule) }"],
      why: 'a failure has the index of one of these rules',
    },
    {
      was: '...(found === undefined ? {} : { found }),',
      changes: ['...(false ? {} : { found }),'],
      why: 'a DISALLOW hits files of this very list',
    },
    {
      was: 'const expected = name === null ? undefined : input.links.get(rule.from)?.[rule.with].get(name)',
      changes: ['const expected = false ? undefined : input.links.get(rule.from)?.[rule.with].get(name)'],
      why: 'no list has a file that is called nothing',
    },
    {
      was: 'if (expected === undefined || found === undefined) continue',
      changes: ['if (expected === undefined || false) continue'],
      why: 'a DISALLOW hits files of this very list',
    },
    {
      was: 'const statements = input.item.fromStatement === true && input.links.get(from)?.fromStatement === true',
      changes: ['const statements = input.item.fromStatement === true && input.links.get(from).fromStatement === true'],
      why: 'the counterpart was found in that step',
    },
    {
      was: 'function isStrong(artifacts: Artifacts): boolean {',
      changes: ['function isStrong(artifacts: Artifacts): boolean {}'],
      why: 'a shorter way: of a list that is strong no file is weak',
    },
    {
      was: 'if (artifacts instanceof ArtifactList || strong.has(artifacts)) return true',
      changes: [
        'if (false) return true',
        'if (artifacts instanceof ArtifactList && strong.has(artifacts)) return true',
      ],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
    {
      was: 'if (artifacts instanceof ArtifactList || strong.has(artifacts)) return true',
      changes: ['if (artifacts instanceof ArtifactList || strong.has(artifacts)) return false'],
      why: 'a shorter way: of a list that is strong no file is weak',
    },
    {
      was: 'for (const digests of artifacts.values()) if (!hasStrongDigest(digests)) return false',
      changes: ['for (const digests of artifacts.values()) if (true) return false'],
      why: 'a shorter way: of a list that is strong no file is weak',
    },
    {
      was: 'strong.add(artifacts)',
      changes: [';'],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
    { was: 'return true', changes: ['return false'], why: 'a shorter way: of a list that is strong no file is weak' },
    {
      was: 'if (isStrong(input.item[input.list])) return',
      changes: ['if (false) return'],
      why: 'a shorter way: of a list that is strong no file is weak',
    },
  ],
}
