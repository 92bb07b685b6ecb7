import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { variables } from '../packages/server/src/config/env.ts'

test('docs/configuration.md explains every variable, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/configuration.md'), 'utf8')
  const explained = [...page.matchAll(/^\| `(THOLE_\w+)`/gm)].map(([, name]) => name)
  expect(explained.toSorted()).toEqual(Object.keys(variables).toSorted())
})
