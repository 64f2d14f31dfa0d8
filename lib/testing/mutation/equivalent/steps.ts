import type { Equivalents } from '../equivalent.ts'

/** Steps, sublayouts and inspections. */
export const STEPS: Equivalents = {
  'lib/in-toto/verify/steps.ts': [
    {
      was: 'answers.remember(input, outcome)',
      changes: [';'],
      why: 'what is kept saves time alone: without it the same is computed again',
    },
    {
      was: 'if (first === undefined) continue',
      changes: ['if (false) continue'],
      why: 'nobody in an empty list says anything else, and one alone is no agreement',
    },
    {
      was: 'if (a.fromStatement === true || b.fromStatement === true) return firstDifference(a, b) === null',
      changes: [
        'if (true) return firstDifference(a, b) === null',
        'if (a.fromStatement === true && b.fromStatement === true) return firstDifference(a, b) === null',
        'if (false || b.fromStatement === true) return firstDifference(a, b) === null',
        'if (a.fromStatement !== true || b.fromStatement === true) return firstDifference(a, b) === null',
        'if (a.fromStatement === true || false) return firstDifference(a, b) === null',
        'if (a.fromStatement === true || b.fromStatement !== true) return firstDifference(a, b) === null',
        'if (a.fromStatement === false || b.fromStatement === true) return firstDifference(a, b) === null',
        'if (a.fromStatement === true || b.fromStatement === false) return firstDifference(a, b) === null',
      ],
      why: 'a shorter way for links: both compare every file of either list, to the letter',
    },
    {
      was: "if (difference === null) return 'they differ'",
      changes: ["if (false) return 'they differ'"],
      why: 'asked only of records that differ',
    },
    {
      was: 'return difference === null ? {} : { artifact: difference.artifact }',
      changes: ['return false ? {} : { artifact: difference.artifact }'],
      why: 'asked only of records that differ',
    },
    {
      was: "return envelope.kind === 'statement' && envelope.document.command === null",
      changes: ['return true && envelope.document.command === null'],
      why: 'a link always has a list of commands, and a layout none: the condition is for the type',
    },
    {
      was: "return envelope.kind === 'statement' && envelope.document.result === 'WARNED'",
      changes: ["return true && envelope.document.result === 'WARNED'"],
      why: 'no link and no layout has a result: the condition is for the type',
    },
    {
      was: 'if (first !== undefined && why === null) links.set(step.name, first)',
      changes: ['if (true && why === null) links.set(step.name, first)'],
      why: 'a threshold is 1 at least: where enough signed, something stands for the step',
    },
    {
      was: 'else if (why !== null) absent.set(step.name, why)',
      changes: ['else if (true) absent.set(step.name, why)'],
      why: 'a threshold is 1 at least: where enough signed, something stands for the step',
    },
    {
      was: "if (uris.length === 1 && uri !== undefined && uri !== '' && uri !== '*') return uri",
      changes: ["if (uris.length === 1 && true && uri !== '' && uri !== '*') return uri"],
      why: 'one URI is one: the condition is for the type',
    },
    {
      was: "if (absent !== null && evidence.counted.length === 0) return absent.code === 'STEP_MISSING' ? 'missing' : 'failed'",
      changes: [
        "if (absent !== null || evidence.counted.length === 0) return absent.code === 'STEP_MISSING' ? 'missing' : 'failed'",
        "if (absent !== null && true) return absent.code === 'STEP_MISSING' ? 'missing' : 'failed'",
      ],
      why: 'what is absent although somebody counts is a finding of this step, and ends in "failed" below',
    },
    {
      was: "if (absent !== null && evidence.counted.length === 0) return absent.code === 'STEP_MISSING' ? 'missing' : 'failed'",
      changes: [
        "if (true && evidence.counted.length === 0) return absent.code === 'STEP_MISSING' ? 'missing' : 'failed'",
      ],
      why: 'a threshold is 1 at least: where enough signed, something stands for the step',
    },
  ],
  'lib/in-toto/verify/layout-checks.ts': [
    {
      was: 'if (expires !== null && at < expires) {',
      changes: ['if (true && at < expires) {'],
      why: 'a layout whose time cannot be read is refused when it is read',
    },
  ],
  'lib/in-toto/verify/parameters.ts': [
    {
      was: 'return tokens.every((token, i) => token === rule.tokens[i]) ? rule : parseRule(tokens, at)',
      changes: [
        'return tokens.every(() => undefined) ? rule : parseRule(tokens, at)',
        'return tokens.every((token, i) => false) ? rule : parseRule(tokens, at)',
      ],
      why: 'a shorter way: a rule read again from its own words is the same rule',
    },
    {
      was: 'return tokens.every((token, i) => token === rule.tokens[i]) ? rule : parseRule(tokens, at)',
      changes: ['return tokens.every((token, i) => token !== rule.tokens[i]) ? rule : parseRule(tokens, at)'],
      why: 'the keyword is never replaced, and so a rule never changes in all its words',
    },
  ],
  'lib/in-toto/verify/sublayouts.ts': [
    {
      was: 'if (cause === null && result.summary !== null) {',
      changes: ['if (cause === null && true) {'],
      why: 'a sublayout without a summary has a step for which nothing stands, and so a cause',
    },
  ],
}
