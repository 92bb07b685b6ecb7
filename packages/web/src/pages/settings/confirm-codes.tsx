import { useMutation, useQuery } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import type { FormEvent } from 'react'
import { confirmCodes } from '../../api/me.ts'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

interface ConfirmCodesProps {
  secret: string
  /** For the QR code. */
  uri: string
  onDone(recoveryCodes: string[]): void
}

/** The secret, as a picture and as text, and the first code as a proof that it has arrived. */
export function ConfirmCodes({ secret, uri, onDone }: ConfirmCodesProps) {
  const confirm = useMutation({ mutationFn: (code: string) => confirmCodes(secret, code), onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes) })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    confirm.mutate(String(new FormData(event.currentTarget).get('code')))
  }
  return (
    <div className="space-y-3">
      <p className="text-sm">Scan this with an authenticator app, or type the text into it. Then enter the code that the app shows.</p>
      <QrCode text={uri} />
      <p className="flex flex-wrap items-center gap-2 font-mono text-xs wrap-anywhere">
        <span data-testid="secret">{secret}</span>
        <CopyButton text={secret} what="secret" />
      </p>
      <form className="max-w-xs space-y-3" onSubmit={onSubmit}>
        <Field label="Code" name="code" required inputMode="numeric" autoComplete="one-time-code" spellCheck={false} />
        <Problem error={confirm.error} />
        <Button type="submit" look="primary" icon={Check} disabled={confirm.isPending}>
          Switch on
        </Button>
      </form>
    </div>
  )
}

/** Drawn as squares of an SVG: pages here take no pictures from data: addresses. */
function QrCode({ text }: { text: string }) {
  const { data: path } = useQuery({ queryKey: ['qr', text], queryFn: () => draw(text), staleTime: Infinity, gcTime: 0 })
  return (
    <svg viewBox={`-4 -4 ${(path?.size ?? 45) + 8} ${(path?.size ?? 45) + 8}`} role="img" aria-label="QR code of the secret" shapeRendering="crispEdges" className="size-48 rounded-lg bg-white">
      <path d={path?.d} fill="#000" />
    </svg>
  )
}

async function draw(text: string): Promise<{ size: number; d: string }> {
  const { default: qrcode } = await import('qrcode-generator')
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const size = code.getModuleCount()
  const squares = Array.from({ length: size * size }, (_, i) => [i % size, Math.floor(i / size)] as const).filter(([x, y]) => code.isDark(y, x))
  return { size, d: squares.map(([x, y]) => `M${x} ${y}h1v1h-1z`).join('') }
}
