export { createUploads, type Received, type Uploads, type UploadsParts, type UploadWish } from './uploads.ts'
export type { IncomingFile } from './receive.ts'
