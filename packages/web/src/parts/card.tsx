import type { ComponentProps } from 'react'

export function Card({ className = '', ...rest }: ComponentProps<'section'>) {
  return <section className={`rounded-xl border border-line bg-card ${className}`} {...rest} />
}

export function CardTitle({ className = '', ...rest }: ComponentProps<'h2'>) {
  return <h2 className={`text-base font-semibold ${className}`} {...rest} />
}
