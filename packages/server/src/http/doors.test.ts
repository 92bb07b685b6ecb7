import { expect, test } from 'vitest'
import { inside, openDoors, type DoorPlaces } from './doors.ts'

const cid = 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve'
const own = (name: string, more: Partial<DoorPlaces> = {}): DoorPlaces => ({ paths: [`/${name}`], hosts: [`${name}.localhost`], root: false, ...more })

function opened(web3: Partial<DoorPlaces> = {}, nft: Partial<DoorPlaces> = {}) {
  const doorOf = openDoors({ web3: own('web3', web3), nft: own('nft', nft) })
  return (path: string, { host = 'localhost:3000', method = 'GET', hasKey = true } = {}) => doorOf({ method, host, path, hasKey })
}

test('below a path, at a host; no path that only begins alike', () => {
  const doorOf = opened({ paths: ['/web3', '/w3'] })
  expect(doorOf('/web3/car')).toBe(`${inside.web3}/car`)
  expect(doorOf('/w3/car')).toBe(`${inside.web3}/car`)
  for (const path of ['/nft', '/nft/']) expect(doorOf(path)).toBe(inside.nft)
  expect(doorOf('/web3store/car')).toBeUndefined()
  expect(doorOf('/car')).toBeUndefined()
  for (const host of ['web3.localhost:3000', 'WEB3.localhost', 'web3.localhost.:3000']) expect(doorOf('/whatever', { host })).toBe(`${inside.web3}/whatever`)
  expect(doorOf('/car', { host: 'x.web3.localhost' })).toBeUndefined()
})

test('at the root each takes what is its own; the dashboard and the other doors keep theirs', () => {
  const web3 = opened({ root: true })
  for (const path of ['/car', `/car/${cid}`, '/upload', '/status/x', '/user/uploads', '/pins', '/pins/x', '/name/x']) expect(web3(path)).toBe(inside.web3 + path)
  for (const path of ['/', '/uploads', '/keys', '/signin', '/cars', '/upload/api/v1', `/${cid}`, '/api/v1/uploads', '/psa/pins']) expect(web3(path)).toBeUndefined()
  const nft = opened({}, { root: true })
  expect(nft('/')).toBe(inside.nft)
  for (const path of ['/upload', `/upload/${cid}`, '/store', `/check/${cid}`, `/${cid}`, '/pins', '/metaplex/upload']) expect(nft(path)).toBe(inside.nft + path)
  for (const path of ['/uploads', '/car', '/user/uploads', '/setup', '/upload/api/v1', '/upload/web', `/${cid}/x`, '/healthz', '/%']) expect(nft(path)).toBeUndefined()
  expect(nft('/', { hasKey: false })).toBeUndefined()
})

test('at one root for both, what both have is told in the words of both', () => {
  const both = opened({ root: true }, { root: true })
  expect(both('/upload')).toBe(`${inside.union}${inside.nft}/upload`)
  expect(both('/car')).toBe(`${inside.union}${inside.web3}/car`)
  expect(both(`/${cid}`)).toBe(`${inside.union}${inside.nft}/${cid}`)
  expect(both('/web3/upload')).toBe(`${inside.web3}/upload`)
})
