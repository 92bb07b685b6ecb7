import { blockStoreContract } from './block-store.contract.ts'
import { openMemoryStore, type MemoryStore } from './memory-store.ts'

blockStoreContract('memory', { open: async () => openMemoryStore(), corrupt: async (blocks, hash) => (blocks as MemoryStore).corrupt(hash) })
