import { notFound } from 'next/navigation'
import { cache } from 'react'
import type { Actor } from '#lib/auth/actor.ts'
import type { BuildDetail } from '#lib/contract/builds.ts'
import { AppError } from '#lib/errors.ts'
import { getBuild } from '#lib/services/builds/get.ts'

/** The build, asked for once per request (title and page); what is not there becomes the not-found page. */
export const getBuildOrNotFound = cache(async (actor: Actor, id: string): Promise<BuildDetail> => {
  try {
    return await getBuild(actor, id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') notFound()
    throw error
  }
})

const WORDS: Readonly<Record<BuildDetail['state'], string>> = {
  verified: 'Verified',
  blocked: 'Blocked',
  expired: 'Expired',
  'not-verified': 'Not verified',
  running: 'Being judged',
}

export const stateWord = (state: BuildDetail['state']): string => WORDS[state]
