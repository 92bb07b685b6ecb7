type Hash = (bytes: Uint8Array) => Uint8Array
interface NodeCrypto {
  hash?(algorithm: string, bytes: Uint8Array, encoding: 'buffer'): Uint8Array
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
    hash(algorithm, new Uint8Array(), 'buffer')
  } catch {
    return undefined // some builds of OpenSSL lack a function
  }
  return (bytes) => {
    const { buffer, byteOffset, byteLength } = hash(algorithm, bytes, 'buffer')
    return new Uint8Array(buffer, byteOffset, byteLength) // no Buffer leaves this package
  }
}
