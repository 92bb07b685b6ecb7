/** Content-Disposition: a name that every client reads, and the exact one where that differs (RFC 6266, RFC 8187). */
export function disposition(kind: 'inline' | 'attachment', filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]/gu, '_').replace(/["\\]/g, '\\$&')
  const exact = /^[\x20-\x7e]*$/.test(filename) ? '' : `; filename*=UTF-8''${encode(filename)}`
  return `${kind}; filename="${plain}"${exact}`
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
