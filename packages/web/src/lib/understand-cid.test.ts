import { expect, it } from 'vitest'
import { understandCid } from './understand-cid.ts'

const v1 = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'
const v0 = 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'

it.each([
  [v1, { cid: v1 }],
  [` ${v0}\n`, { cid: v0 }],
  [`${v0}/readme`, { cid: v0, path: 'readme' }],
  [`ipfs://${v1}`, { cid: v1 }],
  [`ipfs://${v1}/a/b.txt?x#y`, { cid: v1, path: 'a/b.txt' }],
  [`ipfs://ipfs/${v0}`, { cid: v0 }],
  [`/ipfs/${v1}/`, { cid: v1 }],
  [`dweb:/ipfs/${v1}`, { cid: v1 }],
  [`https://gateway.example/ipfs/${v1}/cat.jpg?download=true`, { cid: v1, path: 'cat.jpg', gateway: 'gateway.example' }],
  [`http://${v1}.ipfs.localhost:8080/a`, { cid: v1, path: 'a', gateway: `${v1}.ipfs.localhost:8080` }],
])('reads %s', (text, understood) => {
  expect(understandCid(text)).toEqual(understood)
})

it('says what is wrong', () => {
  for (const text of ['hello', 'bafy', 'https://example.org/', `ipns://${v1}`, 'https://example.org/ipns/x', 'https://ipfs.example/']) expect(understandCid(text)).toHaveProperty('problem')
  expect(understandCid('  ')).toBeUndefined()
})
