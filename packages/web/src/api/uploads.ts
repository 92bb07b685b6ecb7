import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { query, refusal, request, unreachable } from './client.ts'

export interface Root {
  cid: string
  name?: string
}

export interface Receipt {
  id: string
  roots: Root[]
}

export interface Upload {
  id: string
  name?: string
  kind: 'file' | 'directory' | 'car' | 'token'
  bytes: number
  /** ISO 8601. */
  created: string
  roots: Root[]
}

export interface UploadRequest {
  body: File | FormData
  /** Set for a single body; several files bring their own. */
  type?: string
  name?: string
  profile?: string
  pin?: boolean
  /** Bytes on the wire so far and in all. */
  onProgress(sent: number, total: number): void
  signal: AbortSignal
}

export const uploadPage = 20

export function uploadsQuery(before?: string) {
  return queryOptions({
    queryKey: ['uploads', before],
    queryFn: async ({ signal }) => {
      const path = `uploads${query({ before, limit: uploadPage + 1 })}`
      const { count, uploads } = await request<{ count: number; uploads: Upload[] }>('GET', path, undefined, signal)
      return { count, uploads: uploads.slice(0, uploadPage), more: uploads.length > uploadPage }
    },
    placeholderData: keepPreviousData,
  })
}

export function deleteUpload(id: string): Promise<void> {
  return request('DELETE', `uploads/${encodeURIComponent(id)}`)
}

/** XMLHttpRequest, since fetch tells no upload progress. Rejects with ApiError, or the signal's reason. */
export function sendUpload({ body, type, name, profile, pin, onProgress, signal }: UploadRequest): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', `/api/v1/uploads${query({ name, profile, pin })}`)
    if (type) xhr.setRequestHeader('content-type', type)
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
    xhr.onload = () => {
      if (xhr.status === 201) resolve(JSON.parse(xhr.responseText) as Receipt)
      else reject(refusal(xhr.status, xhr.responseText))
    }
    xhr.onerror = () => reject(unreachable())
    xhr.onabort = () => reject(signal.reason)
    signal.addEventListener('abort', () => xhr.abort(), { once: true })
    if (signal.aborted) reject(signal.reason)
    else xhr.send(body)
  })
}
