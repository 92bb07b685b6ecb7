import { Cursor, WireError } from './cursor.ts'
import { DONT_HAVE, MAX_ENTRIES, tags, WANT_HAVE } from './message.ts'
import type { Message, Presence, WantEntry, WireBlock } from './message.ts'

/** Reads a message without its length prefix; the result's bytes are views. Throws `WireError`. */
export function decodeMessage(bytes: Uint8Array): Message {
  const message: Message = { wants: [], full: false, blocks: [], presences: [] }
  const cursor = new Cursor(bytes)
  while (!cursor.done) {
    const tag = cursor.varint()
    if (tag === tags.payload && message.blocks.length < MAX_ENTRIES) message.blocks.push(decodeBlock(cursor.inner()))
    else if (tag === tags.presence && message.presences.length < MAX_ENTRIES) message.presences.push(decodePresence(cursor.inner()))
    else if (tag === tags.wantlist) decodeWantlist(cursor.inner(), message)
    else cursor.skip(tag % 8)
  }
  return message
}

function decodeWantlist(cursor: Cursor, message: Message): void {
  while (!cursor.done) {
    const tag = cursor.varint()
    if (tag === tags.entry && message.wants.length < MAX_ENTRIES) message.wants.push(decodeEntry(cursor.inner()))
    else if (tag === tags.full) message.full = cursor.varint() !== 0
    else cursor.skip(tag % 8)
  }
}

function decodeEntry(cursor: Cursor): WantEntry {
  let cid: Uint8Array | undefined
  const flags = { cancel: false, have: false, sendDontHave: false }
  while (!cursor.done) {
    const tag = cursor.varint()
    if (tag === tags.entryCid) cid = cursor.view()
    else if (tag === tags.cancel) flags.cancel = cursor.varint() !== 0
    else if (tag === tags.wantType) flags.have = cursor.varint() === WANT_HAVE
    else if (tag === tags.sendDontHave) flags.sendDontHave = cursor.varint() !== 0
    else cursor.skip(tag % 8)
  }
  if (cid === undefined) throw new WireError('a want without a CID')
  return { cid, ...flags }
}

function decodeBlock(cursor: Cursor): WireBlock {
  let prefix: Uint8Array | undefined
  let data: Uint8Array | undefined
  while (!cursor.done) {
    const tag = cursor.varint()
    if (tag === tags.prefix) prefix = cursor.view()
    else if (tag === tags.data) data = cursor.view()
    else cursor.skip(tag % 8)
  }
  if (prefix === undefined) throw new WireError('a block without a prefix')
  // Protobuf 3 leaves out empty fields: no data is the empty block.
  return { prefix, data: data ?? new Uint8Array(0) }
}

function decodePresence(cursor: Cursor): Presence {
  let cid: Uint8Array | undefined
  let have = true
  while (!cursor.done) {
    const tag = cursor.varint()
    if (tag === tags.presenceCid) cid = cursor.view()
    else if (tag === tags.presenceType) have = cursor.varint() !== DONT_HAVE
    else cursor.skip(tag % 8)
  }
  if (cid === undefined) throw new WireError('a presence without a CID')
  return { cid, have }
}
