import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { Button, buttonClass } from '../parts/button.tsx'
import { Front } from '../parts/front.tsx'
import { Problem } from '../parts/problem.tsx'

/** When a page cannot be shown at all: most often the server is away. */
export function Failure({ error }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <Front title="This page cannot be shown">
      <Problem error={error} />
      <Button look="primary" icon={RotateCw} onClick={() => void router.invalidate()}>
        Try again
      </Button>
    </Front>
  )
}

export function NotFound() {
  return (
    <Front title="There is no such page">
      <Link to="/" className={buttonClass('primary')}>
        Go home
      </Link>
    </Front>
  )
}
