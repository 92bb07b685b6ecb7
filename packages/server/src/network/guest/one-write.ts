import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface'
import type { Socket } from 'node:net'

/** Bytes that a socket takes before it says that it is full: as much as TLS hands over at a time. */
export const socketRoom = 256 << 10

/**
 * What an encrypter hands over at a time goes to the system in one call: TLS makes records of 16 KiB, and libp2p writes each by itself.
 */
export function inOneWrite<Parts>(encrypters: (parts: Parts) => ConnectionEncrypter): (parts: Parts) => ConnectionEncrypter {
  return (parts) => {
    const encrypter = encrypters(parts)
    for (const name of ['secureInbound', 'secureOutbound'] as const) {
      const secure = encrypter[name].bind(encrypter)
      encrypter[name] = (connection, options) => {
        if (hasSocket(connection)) cork(connection)
        return secure(connection, options)
      }
    }
    return encrypter
  }
}

function cork(connection: MessageStream & { socket: Socket }): void {
  const { socket } = connection
  const send = connection.send.bind(connection)
  connection.send = (data) => {
    socket.cork()
    try {
      return send(data)
    } finally {
      socket.uncork()
    }
  }
}

function hasSocket(connection: MessageStream): connection is MessageStream & { socket: Socket } {
  return 'socket' in connection && typeof (connection.socket as Socket | undefined)?.cork === 'function'
}
