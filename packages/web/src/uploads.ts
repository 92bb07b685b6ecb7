import { instanceQuery } from './api/instance.ts'
import { pathOf } from './api/uploads.ts'
import { createUploadQueue } from './lib/upload-queue.ts'
import { keep } from './lib/undoable.ts'
import { queryClient } from './query-client.ts'
import { send } from './sending/send.ts'

/** The uploads of this tab. */
export const uploads = createUploadQueue({
  async send(wish) {
    const receipt = await send(wish)
    // What was about to be deleted is wanted again.
    if (receipt.since !== undefined) keep(pathOf(receipt))
    return receipt
  },
  maxPart: () => queryClient.getQueryData(instanceQuery.queryKey)?.limits.maxBody,
  onSettled() {
    void queryClient.invalidateQueries({ queryKey: ['pins'] })
    void queryClient.invalidateQueries({ queryKey: ['uploads'] })
  },
})

window.addEventListener('beforeunload', (event) => {
  if (uploads.isBusy()) event.preventDefault()
})
