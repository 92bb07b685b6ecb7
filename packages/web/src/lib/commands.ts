/** Shell commands of this server, ready to paste. `key` may be a variable's name. */
export function uploadCommand(key: string, origin = location.origin): string {
  // -T streams the file; --data-binary would load it into memory first.
  return `curl -X POST -T cat.jpg -H "Authorization: Bearer ${key}" "${origin}/api/v1/uploads?name=cat.jpg"`
}

export function remotePinCommand(key: string, psa: string): string {
  return `ipfs pin remote service add thole ${psa} ${key}`
}

export function tholeCommand(key: string, origin = location.origin): string {
  return `THOLE_URL=${origin} THOLE_KEY=${key} thole put cat.jpg`
}

export const firstRemotePin = 'ipfs pin remote add --service=thole --name=hello <cid>'
