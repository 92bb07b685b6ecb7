import type { ComponentProps } from 'react'

export function Card({ className = '', ...rest }: ComponentProps<'section'>) {
  return <section className={`rounded-xl border border-line bg-card ${className}`} {...rest} />
}

/** `h1` where the card is the page. */
export function CardTitle({ as: Heading = 'h2', className = '', ...rest }: ComponentProps<'h2'> & { as?: 'h1' | 'h2' }) {
  return <Heading className={`text-base font-semibold ${className}`} {...rest} />
}
