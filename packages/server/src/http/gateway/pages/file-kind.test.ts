import { expect, test } from 'vitest'
import { fileKind } from './file-kind.ts'

test.each([
  ['photo.JPG', { words: 'JPG image', icon: 'image', isPreviewed: true }],
  ['scan.tiff', { words: 'TIFF image', icon: 'image', isPreviewed: false }],
  ['film.mp4', { words: 'MP4 video', icon: 'video', isPreviewed: false }],
  ['song.flac', { words: 'FLAC audio', icon: 'audio', isPreviewed: false }],
  ['all.tar.gz', { words: 'GZ archive', icon: 'archive', isPreviewed: false }],
  ['words.txt', { words: 'Text', icon: 'text', isPreviewed: false }],
  ['index.html', { words: 'HTML page', icon: 'text', isPreviewed: false }],
  ['paper.pdf', { words: 'PDF document', icon: 'text', isPreviewed: false }],
  ['data.json', { words: 'JSON file', icon: 'file', isPreviewed: false }],
  ['README', undefined],
  ['v1.2', undefined],
])('%s', (name, kind) => {
  expect(fileKind(name)).toEqual(kind)
})
