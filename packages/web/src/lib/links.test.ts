import { describe, expect, it } from 'vitest'
import { linksOf, shortCid } from './links.ts'

const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const urls = { gateway: 'http://127.0.0.1:3000/', subdomainGateway: 'http://{cid}.ipfs.localhost:3000', psa: 'http://127.0.0.1:3000/psa' }

describe('linksOf', () => {
  it('spells every address, and opens the one with its own origin', () => {
    expect(linksOf(cid, urls, '127.0.0.1')).toEqual({
      gateway: `http://127.0.0.1:3000/ipfs/${cid}`,
      subdomain: `http://${cid}.ipfs.localhost:3000`,
      uri: `ipfs://${cid}`,
      open: `http://${cid}.ipfs.localhost:3000`,
    })
  })
  it.each(['QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', `b${'a'.repeat(70)}`])('has no host name for %s', (unfit) => {
    const links = linksOf(unfit, urls, 'localhost')
    expect(links.subdomain).toBeUndefined()
    expect(links.open).toBe(`http://127.0.0.1:3000/ipfs/${unfit}`)
  })
  it('does not send another machine to its own localhost', () => {
    expect(linksOf(cid, urls, '192.168.1.5').subdomain).toBeUndefined()
    expect(linksOf(cid, { ...urls, subdomainGateway: 'https://{cid}.ipfs.example.org' }, 'pins.example.org').subdomain).toBe(`https://${cid}.ipfs.example.org`)
  })
})

it('shortens long CIDs only', () => {
  expect(shortCid(cid)).toBe('bafkreigh2…4s52zy')
  expect(shortCid('bafkqaaa')).toBe('bafkqaaa')
})
