import type { MessageStream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'

/** So much does not wait for the end of the turn. */
const atOnce = 64 << 10
/** Such pieces are not copied. */
const large = 32 << 10

/**
 * What one turn of the event loop sends through an encrypted connection leaves together. A muxer sends the head of each frame by itself, and
 * several frames of a dozen bytes for each stream: every one would be a record of TLS and a write to the system.
 */
export function gatherSends(connection: MessageStream): void {
  const send = connection.send.bind(connection)
  const close = connection.close.bind(connection)
  let gathered = new Uint8ArrayList()
  let isDue = false

  function flush(): void {
    const all = gathered
    gathered = new Uint8ArrayList()
    if (all.byteLength > 0 && connection.status === 'open') send(joined(all))
  }

  connection.send = (data) => {
    gathered.append(data)
    if (gathered.byteLength >= atOnce) flush()
    else if (!isDue) {
      isDue = true
      setImmediate(() => {
        isDue = false
        flush()
      })
    }
    return !connection.writableNeedsDrain
  }
  connection.close = (options) => {
    flush()
    return close(options)
  }
}

/** Small pieces beside each other become one. */
function joined(pieces: Uint8ArrayList): Uint8ArrayList {
  const list = new Uint8ArrayList()
  let small: Uint8Array[] = []
  const join = () => {
    if (small.length > 0) list.append(Buffer.concat(small))
    small = []
  }
  for (const piece of pieces) {
    if (piece.length < large) small.push(piece)
    else {
      join()
      list.append(piece)
    }
  }
  join()
  return list
}
