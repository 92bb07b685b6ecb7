export { createUploads, type Guest, type Received, type Uploads, type UploadsParts, type UploadView, type UploadWish } from './uploads.ts'
export { createRoots, type Roots, type RootView } from './roots.ts'
export type { IncomingFile } from './receive.ts'
export type { TokenForm } from './receive-token.ts'
