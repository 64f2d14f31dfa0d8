import { notFound } from 'next/navigation'

/** Any other address: said inside the shell, so that the way on is at hand. */
export default function Missing(): never {
  notFound()
}
