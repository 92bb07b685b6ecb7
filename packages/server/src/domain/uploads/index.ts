export { createUploads, type Received, type Uploads, type UploadsParts, type UploadView, type UploadWish } from './uploads.ts'
export type { IncomingFile } from './receive.ts'
