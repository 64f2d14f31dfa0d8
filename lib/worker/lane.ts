import { type ClaimedJob, claimJob } from '#lib/jobs/claim.ts'

/** One of the places of the worker where a job is done after the other. */
export class Lane {
  private readonly of: 'inside' | 'outside'
  /** a job was committed since the queue was last looked at */
  private news = false
  private wake: () => void = () => undefined

  constructor(of: 'inside' | 'outside') {
    this.of = of
  }

  hear(): void {
    this.news = true
    this.wake()
  }

  claim(): Promise<ClaimedJob | null> {
    this.news = false
    return claimJob(this.of)
  }

  /** Until something is heard, at most so long. */
  sleep(ms: number): Promise<void> {
    if (this.news) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
