import { expect, test } from 'vitest'
import { openEndedIn, tellsOpenEndsOnly } from './store-check.ts'

const openEnded = new Set(openEndedIn(`{"level":50,"segment":"/data/1.car","bytes":7,"msg":"the end of a segment cannot be read; leaving it as it is"}
{"level":40,"segment":"/data/2.car","msg":"rebuilt the index of a segment"}
  Thole is at   http://127.0.0.1:1`))
const end = (path: string) => `store: ${path} at 4096: no frame can be read\n`
const verdict = 'store check: 1 finding, 2 blocks in 2 segments, 1 DAG, 0.1 s\n'

test('an end that a server said to be open is no loss', () => {
  expect(tellsOpenEndsOnly(end('/data/1.car') + verdict, openEnded)).toBe(true)
})

test.each([end('/data/2.car'), `${end('/data/1.car')}${end('/data/2.car')}`, `${end('/data/1.car')}dag: DAG x: it is lost\n`, 'store: /data/1.car at 4096: the block of 7 bytes is damaged\n', ''])('anything else is: %j', (out) => {
  expect(tellsOpenEndsOnly(out + verdict, openEnded)).toBe(false)
})
