import { startKubo } from '../test/support/kubo.ts'
import { inForm, secondsToSend, type Body } from './send.ts'

export interface KuboWish {
  /** Every block is on the disk before it answers. */
  sync: boolean
  /** Of its RPC, with query. */
  path: string
}

/** Seconds in which a fresh Kubo takes a body. */
export async function secondsOfKubo({ sync, path }: KuboWish, body: Body): Promise<number> {
  const kubo = await startKubo({ sync })
  try {
    return await secondsToSend(`${kubo.api}/api/v0/${path}`, body.type.startsWith('multipart/') ? body : inForm(body))
  } finally {
    await kubo.stop()
  }
}
