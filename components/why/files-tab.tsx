'use client'
import { Accordion } from '@mantine/core'
import Link from 'next/link'
import { StepFiles } from '#components/provenance-graph/step-files.tsx'
import { Card } from '#components/ui/card.tsx'
import { Digest } from '#components/ui/digest.tsx'
import type { BuildDetail } from '#lib/contract/builds.ts'

/** The final files, and what every step recorded. */
export function FilesTab({ build }: { build: BuildDetail }) {
  const steps = build.report?.steps ?? []
  return (
    <div className="flex flex-col gap-5">
      <Card title="Final files" aside={`${new Set(build.files.map((file) => file.path)).size}`} flush>
        {build.files.length === 0 && (
          <p className="border-line border-t px-4 py-3 text-mute">The last step recorded no files.</p>
        )}
        <ul className="list-none">
          {build.files.map((file) => (
            <li
              key={`${file.path} ${file.algo}`}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-4 py-2"
            >
              <span className="min-w-0 flex-1 font-mono text-xs break-all">{file.path}</span>
              <span className="text-mute text-xs">{file.algo}</span>
              <Digest value={file.digest} />
              {file.algo === 'sha256' && (
                <Link
                  href={`/artifacts/${file.digest}`}
                  className="inline-flex min-h-6 items-center text-[13px] text-accent underline-offset-2 hover:underline"
                >
                  Where it was seen
                </Link>
              )}
            </li>
          ))}
        </ul>
      </Card>
      {steps.length > 0 && (
        <Card title="What each step recorded">
          <Accordion variant="default" chevronPosition="left" keepMounted={false}>
            {steps.map((step, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a faulty layout may have two steps of one name
              <Accordion.Item key={`${step.name} ${index}`} value={String(index)}>
                <Accordion.Control>
                  <span className="text-[13px] font-medium">{step.name}</span>{' '}
                  <span className="text-mute text-xs tnum">
                    {step.counted[0] === undefined
                      ? 'no link'
                      : `${step.counted[0].materials} materials, ${step.counted[0].products} products`}
                  </span>
                </Accordion.Control>
                <Accordion.Panel>
                  {step.counted[0] === undefined ? (
                    <p className="text-mute">No valid link of this step, so nothing is recorded.</p>
                  ) : (
                    <StepFiles build={build.short} step={step.name} />
                  )}
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        </Card>
      )}
    </div>
  )
}
