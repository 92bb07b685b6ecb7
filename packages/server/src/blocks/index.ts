export { openDiskStore, type DiskStoreOptions } from './disk/open.ts'
export { openMemoryStore } from './memory-store.ts'
