export { openDiskStore, type DiskStoreOptions } from './disk-store.ts'
export { openMemoryStore } from './memory-store.ts'
