import { useQuery } from '@tanstack/react-query'
import { qrPath } from '../lib/qr.ts'

/** A link for the camera of a phone. Always dark on light: many readers know no other. */
export function Qr({ text, label }: { text: string; label: string }) {
  const { data } = useQuery({ queryKey: ['qr', text], queryFn: () => qrPath(text), staleTime: Infinity })
  return (
    <div className="size-40 rounded-lg bg-white p-2">
      {data && (
        <svg role="img" aria-label={label} viewBox={`0 0 ${data.size} ${data.size}`} className="size-full" shapeRendering="crispEdges">
          <path d={data.path} fill="#000" />
        </svg>
      )}
    </div>
  )
}
