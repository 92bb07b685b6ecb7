/** A UUID that sorts by the time it was made (RFC 9562 §5.7): rows that come together lie together in an index. */
export function newId(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`
}
