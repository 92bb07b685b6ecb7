import { DONT_HAVE, tags, WANT_HAVE } from './message.ts'
import type { Message, Presence, WantEntry, WireBlock } from './message.ts'
import { fieldLength, varintLength, Writer } from './writer.ts'

/** A length-prefixed message in parts to be written one after another; the data of blocks is not copied. */
export function encodeMessage({ wants = [], full = false, blocks = [], presences = [] }: Partial<Message>): Uint8Array[] {
  const wantlist = wants.reduce((sum, want) => sum + fieldLength(entryLength(want)), full ? 2 : 0)
  const hasWantlist = wantlist > 0
  const head = presences.reduce((sum, presence) => sum + fieldLength(presenceLength(presence)), hasWantlist ? fieldLength(wantlist) : 0)
  const length = blocks.reduce((sum, block) => sum + fieldLength(blockLength(block)), head)

  const writer = new Writer(varintLength(length) + head).varint(length)
  if (hasWantlist) {
    writer.varint(tags.wantlist).varint(wantlist)
    for (const want of wants) writeEntry(writer, want)
    if (full) writer.varint(tags.full).varint(1)
  }
  for (const presence of presences) writePresence(writer, presence)

  const parts = [writer.bytes]
  for (const block of blocks) parts.push(blockHead(block), block.data)
  return parts
}

function entryLength({ cid, cancel, have, sendDontHave }: WantEntry): number {
  return fieldLength(cid.length) + 2 + (cancel ? 2 : 0) + (have ? 2 : 0) + (sendDontHave ? 2 : 0)
}

function writeEntry(writer: Writer, want: WantEntry): void {
  writer.varint(tags.entry).varint(entryLength(want)).field(tags.entryCid, want.cid).varint(tags.priority).varint(1)
  if (want.cancel) writer.varint(tags.cancel).varint(1)
  if (want.have) writer.varint(tags.wantType).varint(WANT_HAVE)
  if (want.sendDontHave) writer.varint(tags.sendDontHave).varint(1)
}

function presenceLength({ cid, have }: Presence): number {
  return fieldLength(cid.length) + (have ? 0 : 2)
}

function writePresence(writer: Writer, presence: Presence): void {
  writer.varint(tags.presence).varint(presenceLength(presence)).field(tags.presenceCid, presence.cid)
  if (!presence.have) writer.varint(tags.presenceType).varint(DONT_HAVE)
}

function blockLength({ prefix, data }: WireBlock): number {
  return fieldLength(prefix.length) + fieldLength(data.length)
}

/** Everything of a block but its data. */
function blockHead(block: WireBlock): Uint8Array {
  const length = blockLength(block)
  const { prefix, data } = block
  return new Writer(1 + varintLength(length) + fieldLength(prefix.length) + 1 + varintLength(data.length))
    .varint(tags.payload).varint(length).field(tags.prefix, prefix).varint(tags.data).varint(data.length).bytes
}
