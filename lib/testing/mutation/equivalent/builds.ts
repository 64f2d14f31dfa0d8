import type { Equivalents } from '../equivalent.ts'

/** Builds of a store, what holds them together, and what is said of them. */
export const BUILDS: Equivalents = {
  'lib/in-toto/select/builds.ts': [
    {
      was: 'if (first === undefined) return []',
      changes: ['if (first === undefined) return ["Stryker was here"]', 'if (false) return []'],
      why: 'no group is empty: the condition is for the type',
    },
    {
      was: 'const fresh = link.freshIn === null ? undefined : deliveries.get(link.freshIn)',
      changes: ['const fresh = false ? undefined : deliveries.get(link.freshIn)'],
      why: 'no delivery is called null: the condition is for the type',
    },
    {
      was: 'const delivery = deliveryId === null ? undefined : deliveries.get(deliveryId)',
      changes: ['const delivery = false ? undefined : deliveries.get(deliveryId)'],
      why: 'no delivery is called null: the condition is for the type',
    },
  ],
  'lib/in-toto/select/content.ts': [
    {
      was: `return Object.entries(digests).map(([algorithm, hex]) => \`\${algorithm}:\${hex.toLowerCase()}\`)`,
      changes: [`return Object.entries(digests).map(([algorithm, hex]) => \`\${algorithm}:\${hex.toUpperCase()}\`)`],
      why: 'compared with each other alone: capitals are as good',
    },
    {
      was: 'listed.set(key, [...(listed.get(key) ?? []), digests])',
      changes: ['listed.set(key, [...(listed.get(key) ?? ["Stryker was here"]), digests])'],
      why: 'a text has no digests',
    },
    {
      was: "(file) => canTie(file) && (listed.get(file.sha256 ?? '') ?? []).some((one) => equalDigests(one, file)),",
      changes: [
        '(file) => canTie(file) && (listed.get(file.sha256 ?? \'\') ?? ["Stryker was here"]).some((one) => equalDigests(one, file)),',
      ],
      why: 'a text has no digests',
    },
  ],
  'lib/in-toto/select/deliveries.ts': [
    {
      was: 'const run = runs.get(runKey(delivery)) ?? [delivery]',
      changes: ['const run = runs.get(runKey(delivery)) ?? []'],
      why: 'each is in its own run: the default is for the type',
    },
    {
      was: 'const delivery = sighting.deliveryId === null ? undefined : deliveries.get(sighting.deliveryId)',
      changes: ['const delivery = false ? undefined : deliveries.get(sighting.deliveryId)'],
      why: 'no delivery is called null: the condition is for the type',
    },
    {
      was: 'let tie = false',
      changes: ['let tie = true'],
      why: 'the first sighting says it anew',
    },
    {
      was: 'tie = sighting.at === since ? tie || delivery.id !== first?.id : false',
      changes: ['tie = sighting.at === since ? tie || delivery.id !== first.id : false'],
      why: 'there is a first where two are at one time: the condition is for the type',
    },
    {
      was: 'const delivery = deliveryId === null ? undefined : all.get(deliveryId)',
      changes: ['const delivery = false ? undefined : all.get(deliveryId)'],
      why: 'no delivery is called null: the condition is for the type',
    },
  ],
  'lib/in-toto/select/links-of.ts': [
    {
      was: 'return unproven.get(step) ?? []',
      changes: ['return unproven.get(step) ?? ["Stryker was here"]'],
      why: 'asked only of steps of the layout: the default is for the type',
    },
  ],
  'lib/in-toto/select/evidence.ts': [
    {
      was: "if (envelope.kind !== 'statement') return []",
      changes: ['if (false) return []', 'if (envelope.kind !== \'statement\') return ["Stryker was here"]'],
      why: 'a layout has no step and no builder, and no step of a layout is called so',
    },
    {
      was: "if (form.form === 'link' || formFault(envelope, form) !== null) return false",
      changes: ['if (false || formFault(envelope, form) !== null) return false'],
      why: 'a shorter way: a statement is never of the form of a link',
    },
    {
      was: "const other = builder !== null && form.form === 'slsa-provenance'",
      changes: [
        "const other = builder !== null || form.form === 'slsa-provenance'",
        "const other = true && form.form === 'slsa-provenance'",
        'const other = builder !== null && true',
      ],
      why: 'provenance alone has a builder, and always: the condition is for the type',
    },
    {
      was: "const sublayout = envelope?.kind !== 'link' && envelope?.kind !== 'statement'",
      changes: [
        "const sublayout = envelope.kind !== 'link' && envelope?.kind !== 'statement'",
        "const sublayout = envelope?.kind !== 'link' && envelope.kind !== 'statement'",
      ],
      why: 'what cannot be read counts for nothing before: the condition is for the type',
    },
    {
      was: 'run: envelope === null || sublayout ? null : signedRunOf(envelope.value, runIdPaths),',
      changes: ['run: false || sublayout ? null : signedRunOf(envelope.value, runIdPaths),'],
      why: 'what cannot be read counts for nothing before: the condition is for the type',
    },
    {
      was: "if (envelope?.kind === 'link') return envelope.document",
      changes: ['if (true) return envelope.document', "if (envelope.kind === 'link') return envelope.document"],
      why: 'of what is neither a link nor a statement no files are asked for, and a statement has the lists of a link',
    },
    {
      was: "return envelope?.kind === 'statement' ? recordOf(envelope.document) : NOTHING",
      changes: [
        'return true ? recordOf(envelope.document) : NOTHING',
        "return envelope.kind === 'statement' ? recordOf(envelope.document) : NOTHING",
      ],
      why: 'of a sublayout no files are asked for',
    },
    {
      was: 'if (first === undefined) return []',
      changes: ['if (first === undefined) return ["Stryker was here"]', 'if (false) return []'],
      why: 'no group is empty: the condition is for the type',
    },
    {
      was: 'const sorted = [...links].sort((a, b) => (a.stored.document.sha256 < b.stored.document.sha256 ? -1 : 1))',
      changes: [
        'const sorted = [...links].sort((a, b) => (a.stored.document.sha256 <= b.stored.document.sha256 ? -1 : 1))',
      ],
      why: 'no two documents have one digest',
    },
    {
      was: 'return placed.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))',
      changes: ['return placed.sort((a, b) => (orderOf(a) <= orderOf(b) ? -1 : 1))'],
      why: 'no two links are of one document and one signer',
    },
    {
      was: 'const outside = folders.findLastIndex((folder) => !/^.+\\.[0-9a-fA-F]{8}$/.test(folder))',
      changes: ['const outside = folders.findLastIndex((folder) => !/.+\\.[0-9a-fA-F]{8}$/.test(folder))'],
      why: 'a name has no line breaks before which it could begin',
    },
  ],
  'lib/in-toto/select/judge-build.ts': [
    {
      was: "if (first === undefined) throw new Error('a build without any combination of links')",
      changes: ['if (first === undefined) ;', "if (false) throw new Error('a build without any combination of links')"],
      why: 'there is one combination at least: the condition is for the type',
    },
    {
      was: '...(input.forms === undefined ? {} : { forms: input.forms }),',
      changes: ['...(false ? {} : { forms: input.forms }),'],
      why: 'absent and undefined say the same',
    },
    {
      was: '...(input.certificates === undefined ? {} : { certificates: input.certificates }),',
      changes: ['...(false ? {} : { certificates: input.certificates }),'],
      why: 'absent and undefined say the same',
    },
    {
      was: '...(input.functionaries === undefined ? {} : { functionaries: input.functionaries }),',
      changes: ['...(false ? {} : { functionaries: input.functionaries }),'],
      why: 'absent and undefined say the same',
    },
    {
      was: '...(input.revokedKeys === undefined ? {} : { revokedKeys: input.revokedKeys }),',
      changes: ['...(false ? {} : { revokedKeys: input.revokedKeys }),'],
      why: 'absent and undefined say the same',
    },
    {
      was: '...(input.layoutProofs === undefined ? {} : { layoutProofs: input.layoutProofs }),',
      changes: ['...(false ? {} : { layoutProofs: input.layoutProofs }),'],
      why: 'absent and undefined say the same',
    },
    {
      was: 'return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)',
      changes: ['return [...found.entries()].sort(([a], [b]) => (a <= b ? -1 : 1)).map(([, one]) => one)'],
      why: 'no two have one name',
    },
    {
      was: 'for (const one of [key, ...key.subkeys.values()]) if (one.expiresAt !== null) moments.push(one.expiresAt * 1000)',
      changes: ['for (const one of [key, ...key.subkeys.values()]) if (true) moments.push(one.expiresAt * 1000)'],
      why: 'a time that is none lies in the past',
    },
    {
      was: 'const ahead = moments.filter((moment): moment is number => moment !== null && moment > input.at)',
      changes: ['const ahead = moments.filter((moment): moment is number => true && moment > input.at)'],
      why: 'a time that is none lies in the past',
    },
  ],
  'lib/in-toto/select/merge.ts': [
    {
      was: 'groups.length === 0 && problem !== undefined',
      changes: ['true && problem !== undefined'],
      why: 'a step that something stands for is not said to be missing',
    },
    {
      was: 'const own = reason.step === undefined ? undefined : open.get(place)',
      changes: ['const own = false ? undefined : open.get(place)'],
      why: 'no step has no name',
    },
    {
      was: "const names = several.flatMap(({ groups }) => groups.map((group) => group[0]?.stored.document.source ?? ''))",
      changes: [
        "const names = several.flatMap(({ groups }) => groups.map((group) => group[0].stored.document.source ?? ''))",
      ],
      why: 'no group is empty: the condition is for the type',
    },
    {
      was: '...(first === undefined ? {} : { step: first.step.name }),',
      changes: ['...(false ? {} : { step: first.step.name }),'],
      why: 'asked only where a step has several: the condition is for the type',
    },
    {
      was: 'if (finding !== undefined && follows !== undefined) finding.because = findings[follows] ?? null',
      changes: [
        'if (true) finding.because = findings[follows] ?? null',
        'if (finding !== undefined || follows !== undefined) finding.because = findings[follows] ?? null',
        'if (true && follows !== undefined) finding.because = findings[follows] ?? null',
        'if (finding !== undefined && true) finding.because = findings[follows] ?? null',
      ],
      why: 'there is a finding for each reason, and nothing at a place that is none',
    },
  ],
  'lib/in-toto/select/namespaces.ts': [
    {
      was: 'finalFiles: [],',
      changes: ['finalFiles: ["Stryker was here"],'],
      why: 'no builds are looked for in a sublayout',
    },
    {
      was: 'const below: Store = { input, layout: envelope.document, evidence, excluded: [] }',
      changes: ['const below: Store = { input, layout: envelope.document, evidence, excluded: ["Stryker was here"] }'],
      why: 'what was taken out is told for the outermost layout',
    },
    {
      was: "if (!sublayout || envelope?.kind !== 'layout' || level.path.length > LIMITS.sublayoutDepth) return null",
      changes: [
        "if (!sublayout && envelope?.kind !== 'layout' || level.path.length > LIMITS.sublayoutDepth) return null",
        'if (!sublayout || false || level.path.length > LIMITS.sublayoutDepth) return null',
        "if (!sublayout || envelope.kind !== 'layout' || level.path.length > LIMITS.sublayoutDepth) return null",
      ],
      why: 'a sublayout is a layout: the second condition is for the type',
    },
    {
      was: 'if (first === undefined || names.size < 2) return []',
      changes: ['if (false || names.size < 2) return []'],
      why: 'no list is empty: the condition is for the type',
    },
  ],
  'lib/in-toto/select/signed-runs.ts': [
    {
      was: 'path.length === 0 ? undefined : value,',
      changes: ['false ? undefined : value,'],
      why: 'the whole document is no text',
    },
    {
      was: 'const found = run === null ? undefined : runs.get(run)',
      changes: ['const found = false ? undefined : runs.get(run)'],
      why: 'no run is called null: the condition is for the type',
    },
  ],
  'lib/in-toto/select/taken-out.ts': [
    {
      was: 'const taken = new Map((input.takenOut ?? []).map((one) => [one.signedSha256, one]))',
      changes: [
        'const taken = new Map((input.takenOut ?? ["Stryker was here"]).map((one) => [one.signedSha256, one]))',
      ],
      why: 'a text is no digest of any document',
    },
    {
      was: 'if (taken.size === 0) return { kept: input, excluded: [] }',
      changes: ['if (false) return { kept: input, excluded: [] }'],
      why: 'a shorter way',
    },
  ],
  'lib/in-toto/select/ties.ts': [
    {
      was: "if (!rules.some(({ keyword }) => keyword === 'MATCH')) return []",
      changes: [
        'if (false) return []',
        'if (!rules.some(({ keyword }) => true)) return []',
        "if (!rules.some(({ keyword }) => keyword !== 'MATCH')) return []",
      ],
      why: 'a shorter way: rules without a MATCH take nothing from anybody',
    },
    {
      was: 'if (rules.length === 0) return null',
      changes: ['if (false) return null'],
      why: 'a shorter way: nothing is looked for',
    },
    {
      was: 'if (looking.length === 0) continue',
      changes: ['if (false) continue'],
      why: 'a shorter way: nothing is looked for',
    },
    {
      was: 'if (taken.size === 0) return false',
      changes: ['if (false) return false'],
      why: 'a shorter way: who takes nothing takes no file that is used',
    },
    {
      was: 'return used.size > 0 && [...used].every((source) => taken.has(source)) && made.some((source) => used.has(source))',
      changes: [
        'return true && [...used].every((source) => taken.has(source)) && made.some((source) => used.has(source))',
        'return used.size >= 0 && [...used].every((source) => taken.has(source)) && made.some((source) => used.has(source))',
      ],
      why: 'where nothing is used, nothing of what was made is',
    },
  ],
  'lib/in-toto/select/unbound.ts': [
    {
      was: `const others = shown.length === 0 ? '' : \` Links of other runs were passed over (\${shown[0]?.over.why}).\``,
      changes: [
        `const others = shown.length === 0 ? '' : \` Links of other runs were passed over (\${shown[0].over.why}).\``,
      ],
      why: 'asked only where there is one: the condition is for the type',
    },
    {
      was: '(a.over.link.signedSha256 < b.over.link.signedSha256 ? -1 : 1)',
      changes: ['(a.over.link.signedSha256 <= b.over.link.signedSha256 ? -1 : 1)'],
      why: 'where the signed bytes are the same, either may be first',
    },
  ],
}
