import { useQueryClient } from '@tanstack/react-query'
import { pathOf, titleOf, type Upload } from '../../api/uploads.ts'
import { deleteLater } from '../../lib/undoable.ts'

/** Ends an upload, and the pins that were made with it, a while after it was asked for. */
export function useDeleteUpload(): (upload: Upload) => void {
  const client = useQueryClient()
  return (upload) =>
    deleteLater({
      words: `Deleted ${titleOf(upload)}.`,
      path: pathOf(upload),
      onDone: () => Promise.all([client.invalidateQueries({ queryKey: ['uploads'] }), client.invalidateQueries({ queryKey: ['pins'] })]),
    })
}
