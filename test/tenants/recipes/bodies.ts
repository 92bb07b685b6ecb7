import { car, rawBlock } from '../../support/api.ts'
import type { Case, Kitchen } from '../recipe.ts'

interface Body {
  type: string
  bytes: Uint8Array
}

/** What can be sent: the same bytes by all, with the words of whoever sends them around. */
export const bodies = {
  file: (bytes: string): Body => ({ type: 'application/octet-stream', bytes: Buffer.from(bytes) }),
  car: (bytes: string): Body => {
    const block = rawBlock(Buffer.from(bytes))
    return { type: 'application/vnd.ipld.car', bytes: car([block.cid], [block]) }
  },
  form: (bytes: string, mark: string): Body => formOf(`--b\r\nContent-Disposition: form-data; name="file"; filename="${mark}/${mark}.txt"\r\n\r\n${bytes}\r\n--b--\r\n`),
  token: (bytes: string, mark: string): Body =>
    formOf(
      `--b\r\nContent-Disposition: form-data; name="meta"\r\n\r\n${JSON.stringify({ name: mark, description: mark, image: null })}\r\n` +
        `--b\r\nContent-Disposition: form-data; name="image"; filename="${mark}.txt"\r\n\r\n${bytes}\r\n--b--\r\n`,
    ),
}

type Make = (bytes: string, mark: string) => Body

/** Some bytes by the owner, and the same by others. */
export function sent({ path, world, random }: Kitchen, make?: Make, query = ''): Case {
  const chosen = make ?? random.one([bodies.file, bodies.car, bodies.form])
  const bytes = `${random.fraction()} ${'x'.repeat(random.scale(1, 4000))}`
  const by = (mark: string, name: string) => {
    const { type, bytes: body } = chosen(bytes, mark)
    return { method: 'POST', path: `${path()}${query && `?${query}${encodeURIComponent(name)}`}`, headers: { 'content-type': type, 'x-name': name }, body }
  }
  return { owner: by(world.marks.content, `${world.marks.row} sent`), other: by('mallory', 'mallory') }
}

function formOf(text: string): Body {
  return { type: 'multipart/form-data; boundary=b', bytes: Buffer.from(text) }
}
