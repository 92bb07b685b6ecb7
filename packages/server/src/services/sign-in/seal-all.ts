import type { Db } from '../../ports/db/index.ts'
import type { Seal } from './seal.ts'

const page = 200

/** Closes the secrets of one-time codes that were stored while there was nothing to close them with. What is stored anew meanwhile stays. */
export async function sealAll(db: Db, seal: Seal): Promise<void> {
  let after: string | undefined = ''
  while (after !== undefined) {
    const from: string = after
    const members = await db.read((r) => r.members.totps(from, page))
    const open = members.flatMap(({ id, totp }) => (totp !== null && seal.isOpen(totp) ? [{ id, totp }] : []))
    if (open.length > 0) await db.write(async (w) => {
      for (const { id, totp } of open) await w.members.rewriteTotp(id, totp, seal.close(totp, id))
    })
    after = members.length < page ? undefined : members.at(-1)!.id
  }
}
