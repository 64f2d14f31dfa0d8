import type { DraftLink, Fault, Signer } from './supply-chain.ts'

// What goes wrong in the demo. Each fault changes one thing of an otherwise good run.

type Change = (link: DraftLink) => readonly DraftLink[]

function change(step: string, apply: Change): Fault {
  return (links) => links.flatMap((link) => (link.step.name === step ? apply(link) : [link]))
}

/** The step took another file than the one that was made: swapped in between. */
export function swapMaterial(step: string, path: string): Fault {
  return change(step, (link) => [
    { ...link, work: { ...link.work, materials: { ...link.work.materials, [path]: `${path} from somewhere else` } } },
  ])
}

/** The step took a file that no step made. */
export function foreignMaterial(step: string, path: string): Fault {
  return swapMaterial(step, path)
}

/** The step left a file behind that its rules do not know. */
export function extraProduct(step: string, path: string, content: string): Fault {
  return change(step, (link) => [
    { ...link, work: { ...link.work, products: { ...link.work.products, [path]: content } } },
  ])
}

/** The step did not write a file that it has to. */
export function missingProduct(step: string, path: string): Fault {
  return change(step, (link) => {
    const { [path]: _, ...products } = link.work.products ?? {}
    return [{ ...link, work: { ...link.work, products } }]
  })
}

/** No link of the step arrived. */
export function missingLink(step: string): Fault {
  return change(step, () => [])
}

/** One of the people who should have signed did not. */
export function missingSigner(step: string, signer: Signer): Fault {
  return change(step, (link) => (link.signer === signer ? [] : [link]))
}

/** Somebody signed who may not. */
export function signedBy(step: string, signer: Signer): Fault {
  return change(step, (link) => [{ ...link, signer }])
}

/** The link was edited after it was signed. */
export function tampered(step: string): Fault {
  return change(step, (link) => [{ ...link, tampered: true }])
}

/** Two people signed for different files. */
export function disagreement(step: string, signer: Signer, path: string): Fault {
  return change(step, (link) =>
    link.signer === signer
      ? [
          {
            ...link,
            work: { ...link.work, materials: { ...link.work.materials, [path]: `${path} as it was yesterday` } },
          },
        ]
      : [link],
  )
}

/** The link of an earlier run was filed again. */
export function replayed(step: string, runsBefore: number): Fault {
  return (links, run) => change(step, (link) => [{ ...link, copyOfRun: run.number - runsBefore }])(links, run)
}

/** The link came later, in the hands of a person, outside the run. */
export function late(step: string): Fault {
  return change(step, (link) => [{ ...link, late: true }])
}

/** The command failed, and the pipeline went on. A warning only: in-toto records it and does not judge it. */
export function failed(step: string, returnValue: number, stdout: string): Fault {
  return change(step, (link) => [{ ...link, returnValue, work: { ...link.work, stdout } }])
}

/** Another command ran than the layout expects. A warning only. */
export function otherCommand(step: string, command: readonly string[]): Fault {
  return change(step, (link) => [{ ...link, command }])
}

/** An upload broke off and was repeated: the first half lies beside the whole link. */
export function brokenUpload(step: string): Fault {
  return change(step, (link) => [{ ...link, cutOff: true }, link])
}
