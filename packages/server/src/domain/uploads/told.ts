import type { ToldFile } from '../../ports/db/index.ts'
import type { IncomingFile } from './receive.ts'

/** Files of a form that are kept in mind with their names. */
const maxFiles = 100
const maxText = 255

/** Notes the first files of a form as they are read. */
export function toldFiles() {
  const files: ToldFile[] = []
  async function* through(incoming: AsyncIterable<IncomingFile>): AsyncIterable<IncomingFile> {
    for await (const file of incoming) {
      if (files.length < maxFiles) files.push({ name: shortened(file.path), mediaType: mediaTypeOf(file.mediaType) })
      yield file
    }
  }
  return { files, through }
}

/** As far as a database takes it. */
export function mediaTypeOf(text: string | undefined): string | undefined {
  return text ? shortened(text) : undefined
}

function shortened(text: string): string {
  return text.slice(0, maxText).replaceAll('\0', '').toWellFormed()
}
