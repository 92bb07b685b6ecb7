import type { ReactNode } from 'react'

export interface Fact {
  word: string
  text: ReactNode
}

/** What is known of something, each fact under its word. */
export function Facts({ facts }: { facts: readonly (Fact | false | undefined)[] }) {
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-2 text-sm">
      {facts.map((fact) => fact && (
        <div key={fact.word}>
          <dt className="text-xs text-soft">{fact.word}</dt>
          <dd className="wrap-anywhere">{fact.text}</dd>
        </div>
      ))}
    </dl>
  )
}
