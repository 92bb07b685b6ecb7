import { ApiError } from './api/client.ts'
import { instanceQuery } from './api/instance.ts'
import { sendUpload } from './api/uploads.ts'
import { formatBytes } from './lib/bytes.ts'
import { createUploadQueue } from './lib/upload-queue.ts'
import { queryClient } from './query-client.ts'

/** The uploads of this tab. */
export const uploads = createUploadQueue({
  send: sendUpload,
  limit: () => queryClient.getQueryData(instanceQuery.queryKey)?.limits.maxBody,
  tooLarge: (bytes, limit) => new ApiError(413, 'TOO_LARGE', `This is ${formatBytes(bytes)}; the server takes up to ${formatBytes(limit)} at once.`),
  onSettled() {
    void queryClient.invalidateQueries({ queryKey: ['pins'] })
    void queryClient.invalidateQueries({ queryKey: ['uploads'] })
  },
})

window.addEventListener('beforeunload', (event) => {
  if (uploads.isBusy()) event.preventDefault()
})
