/** Grey rows while the first answer is on its way; as high as what comes, so that nothing moves. */
export function Waiting({ rows = 3 }: { rows?: number }) {
  return (
    <div className="space-y-4 border-t border-line p-4 motion-safe:animate-pulse" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-9 rounded-lg bg-well" />
      ))}
    </div>
  )
}
