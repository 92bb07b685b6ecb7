import { blockStoreContract } from './block-store.contract.ts'
import { openMemoryStore } from './memory-store.ts'

blockStoreContract('memory', async () => openMemoryStore())
