let room = Infinity

/** Bytes that may still be written. */
export function setRoom(bytes: number): void {
  room = bytes
}

/** Takes so many bytes, or what is left. */
export function take(bytes: number): number {
  const taken = Math.min(bytes, room)
  room -= taken
  return taken
}
