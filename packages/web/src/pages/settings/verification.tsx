import { useMutation } from '@tanstack/react-query'
import { MailCheck } from 'lucide-react'
import { sendVerification } from '../../api/me.ts'
import { Button } from '../../parts/button.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Section } from './section.tsx'

/** An e-mail that is proved lets its owner in by letters and other services, and nobody else. */
export function Verification() {
  const send = useMutation({ mutationFn: sendVerification })
  return (
    <Section title="Confirm your e-mail" about="It was never proved here that the address is yours. Until then no other service can sign you in by it.">
      {send.isSuccess ? (
        <p role="status" className="text-sm">
          A letter is on its way. Open its link in this browser.
        </p>
      ) : (
        <Button icon={MailCheck} disabled={send.isPending} onClick={() => send.mutate()}>
          Send me a letter
        </Button>
      )}
      <Problem error={send.error} />
    </Section>
  )
}
