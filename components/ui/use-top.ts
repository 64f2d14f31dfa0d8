import { type RefObject, useEffect, useState } from 'react'

/** How far below the top of the page a box begins, in pixels: the header, and a banner that may come above it later. */
export function useTop(box: RefObject<HTMLElement | null>): number | null {
  const [top, setTop] = useState<number | null>(null)
  useEffect(() => {
    const element = box.current
    const parent = element?.parentElement
    if (element === null || parent === null || parent === undefined) return
    const measure = () => setTop(Math.round(element.getBoundingClientRect().top + window.scrollY))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(parent)
    return () => observer.disconnect()
  }, [box])
  return top
}
