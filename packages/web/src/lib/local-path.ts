/** A path of this page; anything else is undefined: an address from outside must not lead away after sign-in. */
export function localPath(value: unknown): string | undefined {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) && new URL(value, location.origin).origin === location.origin ? value : undefined
}
