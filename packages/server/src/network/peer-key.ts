import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The libp2p private key in this file, as protobuf; an Ed25519 key is made there, mode 0600, on first use. */
export async function loadPeerKey(file: string): Promise<PrivateKey> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return createKeyFile(file)
    throw error
  })
  return privateKeyFromProtobuf(bytes)
}

/** The peer id that belongs to the key in this file. */
export async function loadPeerId(file: string): Promise<string> {
  return peerIdFromPrivateKey(await loadPeerKey(file)).toString()
}

/** Whole or not at all, and never over another: two starts at once end up with the same key. */
async function createKeyFile(file: string): Promise<Uint8Array> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.${Date.now()}`
  await writeFile(draft, privateKeyToProtobuf(await generateKeyPair('Ed25519')), { mode: 0o600, flag: 'wx', flush: true })
  try {
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
  return readFile(file)
}
