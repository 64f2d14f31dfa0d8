import { db } from '#lib/db/client.ts'
import { printFunctionaries, printRevokedKeys, printTrustBundles } from '#lib/in-toto/index.ts'
import { readForms } from '../software/settings.ts'
import { loadTrust } from '../trust/load.ts'
import { type JudgedBuild, judgedLayout } from './judged-build.ts'

/** An option of `waybill verify` with the file that it reads, as it lies among the inputs of a verdict. */
export interface VerifyOption {
  readonly words: readonly string[]
  readonly file: { readonly name: string; readonly content: string } | null
}

/** What `waybill verify` has to be given besides layout, keys and links, to judge a build as its binding does. */
export async function verifyOptions(judged: JudgedBuild): Promise<VerifyOption[]> {
  const binding = judged.build.current?.binding
  if (binding === undefined) return []
  const { parameters, timestampRoots } = binding
  const forms = Object.entries(readForms(binding.forms))
    .map(([step, form]) => `${step}=${form}`)
    .sort()
  const layout = await judgedLayout(judged)
  const certified = layout?.steps.some(({ certConstraints }) => certConstraints.length > 0) === true
  const trust = await loadTrust(db)
  const bundles = certified ? trust.bundles : []
  const { functionaries, revokedKeys } = trust
  return [
    ...(parameters === null ? [] : [withFile('--params', 'params.json', JSON.stringify(parameters))]),
    ...(bundles.length === 0 ? [] : [withFile('--trust-bundles', 'trust-bundles.json', printTrustBundles(bundles))]),
    ...(timestampRoots === '' ? [] : [withFile('--timestamp-roots', 'timestamp-roots.pem', timestampRoots)]),
    ...(functionaries.length === 0
      ? []
      : [withFile('--functionaries', 'functionaries.json', printFunctionaries(functionaries))]),
    ...(revokedKeys.length === 0
      ? []
      : [
          withFile('--revoked-keys', 'revoked-keys.json', printRevokedKeys(revokedKeys)),
          // with certificates the proofs of time are given anyway
          ...(hasCertificates(judged) ? [] : [{ words: ['--time-proofs', 'time-proofs.json'], file: null }]),
        ]),
    ...(forms.length === 0 ? [] : [{ words: ['--form', ...forms], file: null }]),
  ]
}

function hasCertificates({ report }: JudgedBuild): boolean {
  return report?.steps.some(({ counted }) => counted.some(({ signer }) => signer.certificate)) === true
}

function withFile(option: string, name: string, content: string): VerifyOption {
  return { words: [option, name], file: { name, content } }
}
