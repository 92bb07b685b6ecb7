import type { Hono } from 'hono'
import type { Uploads, UploadWish } from '../../domain/uploads/index.ts'
import { bodyOf, demandBodyLimit, incomingOf, type Call, type EdgeEnv } from '../edge.ts'
import { receiveBody } from '../upload-body.ts'
import { nameInHeader } from '../x-name.ts'

export interface SendParts {
  uploads: Uploads
  /** Bytes of one request body. */
  maxBody: number
}

/** `/car` and `/upload`: bytes in, `{ cid, carCid }` out. */
export function sendRoutes(routes: Hono<EdgeEnv>, { uploads, maxBody }: SendParts): void {
  const wishOf = (call: Call): UploadWish => {
    demandBodyLimit(call, maxBody)
    return { name: nameInHeader(call), profile: 'web3-storage', ownRoot: true, tellCar: true, ...incomingOf(call) }
  }

  // Clients name the type of a CAR in several ways, or not at all.
  routes.post('/car', async (call) => {
    const { upload, car } = await uploads.car(call.var.principal, bodyOf(call, { reuse: true }), { mediaType: 'application/vnd.ipld.car', ...wishOf(call) })
    return call.json({ cid: upload.roots[0]!.cid, carCid: car })
  })

  routes.post('/upload', async (call) => {
    const { upload, car } = await receiveBody(uploads, call.var.principal, call, wishOf(call))
    return call.json({ cid: upload.roots[0]!.cid, carCid: car })
  })
}
