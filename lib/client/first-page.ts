/** Where a list begins; the pages after it are named by the `next` of the page before. */
export const firstPage = (): string | null => null
