/** A path of this server to go on to; anything else, such as `//other.example` or `/\other.example`, is the first page. */
export function localPath(text: string | undefined): string {
  if (text === undefined || text.length > 2000 || !/^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(text)) return '/'
  const base = 'http://here.invalid'
  return URL.canParse(text, base) && new URL(text, base).origin === base ? text : '/'
}
