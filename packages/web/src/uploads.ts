import { instanceQuery } from './api/instance.ts'
import { createUploadQueue } from './lib/upload-queue.ts'
import { queryClient } from './query-client.ts'
import { send } from './sending/send.ts'

/** The uploads of this tab. */
export const uploads = createUploadQueue({
  send,
  maxPart: () => queryClient.getQueryData(instanceQuery.queryKey)?.limits.maxBody,
  onSettled() {
    void queryClient.invalidateQueries({ queryKey: ['pins'] })
    void queryClient.invalidateQueries({ queryKey: ['uploads'] })
  },
})

window.addEventListener('beforeunload', (event) => {
  if (uploads.isBusy()) event.preventDefault()
})
