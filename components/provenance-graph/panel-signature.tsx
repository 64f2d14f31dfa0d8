import { CircleCheck, OctagonX } from 'lucide-react'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { Digest } from '#components/ui/digest.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Signer } from '#components/ui/signer.tsx'
import type { BuildDetail } from '#lib/contract/builds.ts'
import type { LinkFound, LinkSkipped, SignerCertificate, StepReport } from '#lib/in-toto/report.ts'
import { Facts } from './facts.tsx'

/** Who signed, with what, and whether they may: "signature valid" and "allowed to sign" are two facts. */
export function PanelSignature({ step, evidence }: { step: StepReport; evidence: BuildDetail['evidence'] }) {
  const met = step.counted.length >= step.threshold
  return (
    <div className="flex flex-col gap-4">
      <Facts
        rows={[
          ['Signatures', `${step.counted.length} of ${step.threshold} needed${met ? '' : ', not enough'}`],
          [
            'May sign',
            step.allowedKeyids.length + (step.allowedCertificates ?? []).length === 0 ? (
              'Nobody by key'
            ) : (
              <ul key="allowed" className="m-0 list-none p-0">
                {step.allowedKeyids.map((keyid) => (
                  <li key={keyid}>
                    <Digest value={keyid} />
                  </li>
                ))}
                {(step.allowedCertificates ?? []).map((text) => (
                  <li key={text} className="break-all">
                    {text}
                  </li>
                ))}
              </ul>
            ),
          ],
        ]}
      />
      {step.counted.map((link) => (
        <Counted
          key={`${link.sha256} ${link.signer.keyid}`}
          link={link}
          receivedAt={evidence.find((one) => one.sha256 === link.sha256)?.receivedAt ?? null}
          expected={step.expectedCommand}
        />
      ))}
      {step.counted.length === 0 && step.skipped.length === 0 && (
        <p className="text-[13px] text-mute">No link of this step was found.</p>
      )}
      {step.skipped.length > 0 && <Skipped links={step.skipped} />}
    </div>
  )
}

function Counted({
  link,
  receivedAt,
  expected,
}: {
  link: LinkFound
  receivedAt: string | null
  expected: readonly string[]
}) {
  const { certificate } = link.signer
  return (
    <section className="rounded-md border border-line p-3">
      <Facts
        rows={[
          ['Signed by', <Signer key="k" name={certificate?.spiffeId ?? link.signer.keyid} />],
          certificate === undefined ? null : ['Certificate', certificateText(certificate)],
          certificate === undefined ? null : ['Time', timeText(certificate)],
          ['Key', <Digest key="f" value={link.signer.fingerprint} />],
          ['Key type', `${link.signer.keytype}, ${link.signer.scheme}`],
          [
            'Signature',
            <Yes key="v">{`Valid over ${link.form === 'dsse' ? 'the DSSE payload' : 'the canonical JSON (Metablock)'}`}</Yes>,
          ],
          [
            'Allowed',
            <Yes key="a">
              {certificate === undefined
                ? 'The layout lists this key for the step'
                : 'The layout asks for such a certificate, and trusts its root'}
            </Yes>,
          ],
          receivedAt === null ? null : ['Received', <RelativeTime key="t" at={receivedAt} />],
          ['Recorded', `${link.materials} materials, ${link.products} products`],
          link.returnValue === null
            ? null
            : [
                'Exit code',
                link.returnValue === 0 ? (
                  '0'
                ) : (
                  <span key="r" className="text-warn-text">
                    {link.returnValue}: the command failed, and in-toto does not check that
                  </span>
                ),
              ],
        ]}
      />
      {link.kind === 'layout' && <p className="mt-2 text-xs text-mute">Handed on to a layout of its own.</p>}
      {link.command.length > 0 && (
        <div className="mt-3">
          <p className="mb-1 text-xs text-mute">Command</p>
          <CodeBlock code={link.command.join(' ')} />
        </div>
      )}
      {expected.length > 0 && expected.join('\0') !== link.command.join('\0') && (
        <div className="mt-2">
          <p className="mb-1 text-xs text-warn-text">The layout expects another command (a warning in in-toto)</p>
          <CodeBlock code={expected.join(' ')} />
        </div>
      )}
    </section>
  )
}

function certificateText({ subject, root, notAfter }: SignerCertificate): string {
  return `${subject === '' ? 'no subject' : subject}, until ${notAfter}, by the root ${root.subject}`
}

/** On which evidence the certificate was judged for which moment. */
function timeText({ time: { evidence, at, by } }: SignerCertificate): string {
  if (evidence === 'timestamped') return `Time-stamped at ${at} by ${by}, while the certificate was valid`
  if (evidence === 'witnessed') return `Received at ${at} by ${by}, while the certificate was valid`
  return `Nothing proves when it signed; the certificate is valid at ${at}`
}

function Yes({ children }: { children: string }) {
  return (
    <span className="inline-flex items-start gap-1.5">
      <CircleCheck size={14} strokeWidth={2.25} className="mt-[3px] shrink-0 text-pass" aria-hidden />
      {children}
    </span>
  )
}

function Skipped({ links }: { links: readonly LinkSkipped[] }) {
  return (
    <section>
      <h3 className="mb-1 text-[13px] font-semibold">Found and not counted</h3>
      <ul className="m-0 list-none p-0">
        {links.map((link) => (
          <li
            key={`${link.source} ${link.keyid ?? ''} ${link.code}`}
            className="border-t border-line py-2 text-xs first:border-t-0"
          >
            <div className="flex items-start gap-1.5">
              <OctagonX size={14} strokeWidth={2.25} className="mt-px shrink-0 text-fail" aria-hidden />
              <span className="min-w-0 break-words">{link.message}</span>
            </div>
            <div className="ml-5 font-mono break-all text-mute">{link.source}</div>
          </li>
        ))}
      </ul>
    </section>
  )
}
