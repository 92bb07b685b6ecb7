import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const replicas = (THOLE_NODE: string, THOLE_REPLICAS = '') => parseConfig(readEnv({ THOLE_NODE, THOLE_REPLICAS })).replicas

describe('THOLE_NODE', () => {
  test('none by default', () => {
    expect(replicas('')).toBeUndefined()
    expect(replicas('embedded', '1')).toBeUndefined()
  })

  test('a Kubo, or a cluster with so many replicas', () => {
    expect(replicas('kubo+http://127.0.0.1:5001/')).toEqual({ driver: 'kubo', url: 'http://127.0.0.1:5001', wanted: 1 })
    expect(replicas('cluster+https://pins.example.org/api', '3')).toEqual({ driver: 'cluster', url: 'https://pins.example.org/api', wanted: 3 })
  })

  test('user and password are kept apart from the address', () => {
    expect(replicas('cluster+http://thole:p%40ss%3Aword@h:9094')).toEqual({ driver: 'cluster', url: 'http://h:9094', credentials: { user: 'thole', password: 'p@ss:word' }, wanted: 1 })
  })

  test.for(['kubo', 'http://127.0.0.1:5001', 'kubo+ftp://h', 'kubo+http://', 'cluster+http://h:port', 'helia+http://h', 'kubo+http://h/?secret=1', 'kubo+http://u:%zz@h'])('%s is refused, and not shown', (node) => {
    expect(() => replicas(node)).toThrow(/THOLE_NODE must be embedded, kubo\+http/)
  })

  test.for([['kubo+http://h', '2'], ['embedded', '2']] as const)('%s with %s replicas is refused', ([node, count]) => {
    expect(() => replicas(node, count)).toThrow(/THOLE_REPLICAS above 1 needs THOLE_NODE=cluster/)
  })

  test.for(['0', '1.5', 'many', '101'])('%s replicas are refused', (count) => {
    expect(() => replicas('cluster+http://h', count)).toThrow(/THOLE_REPLICAS must be a whole number from 1 to 100/)
  })
})
