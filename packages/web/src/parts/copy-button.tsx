import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { copyText } from '../lib/clipboard.ts'
import { Button, IconButton } from './button.tsx'

interface CopyButtonProps {
  text: string
  /** What is copied: "CID". */
  what: string
  /** Shows words beside the icon. */
  wide?: boolean
}

export function CopyButton({ text, what, wide = false }: CopyButtonProps) {
  const [said, setSaid] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(undefined), 2_000)
    return () => clearTimeout(timer)
  }, [said])
  const copy = () => void copyText(text).then(() => setSaid('copied'), () => setSaid('failed'))
  const icon = said === 'copied' ? Check : Copy
  const label = said === 'copied' ? `${what} copied` : said === 'failed' ? 'Copying failed' : `Copy ${what}`
  return (
    <>
      {wide ? (
        <Button icon={icon} onClick={copy}>
          {label}
        </Button>
      ) : (
        <IconButton icon={icon} label={label} onClick={copy} />
      )}
      <span role="status" className="sr-only">
        {said && label}
      </span>
    </>
  )
}
