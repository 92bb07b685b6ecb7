import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { expectFilled, fill, readFolder } from '../support/moving.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'
import { runCommand, startServer } from '../support/server.ts'

describe.skipIf(noS3)(`moving${noS3 ? ` (${noS3})` : ''}`, () => {
  let s3: TestS3
  let database: TestDatabase
  beforeAll(async () => {
    s3 = await startS3()
    database = await testDatabase()
  })
  afterAll(async () => {
    await database?.drop()
    await s3?.stop()
  })

  test('from SQLite and disk to PostgreSQL and S3, and back: row by row, byte by byte', async () => {
    await using folder = await temporaryFolder()
    const place = (name: string) => join(folder.path, name)
    const server = await startServer({ THOLE_NETWORK: 'none' })
    try {
      const belongings = await fill(server)
      const fresh = (name: string, more: Record<string, string> = {}) => ({ ...server.env, THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '', THOLE_PORT: '0', THOLE_DATA: place(name), ...more })
      const cloud = fresh('cloud', { THOLE_DATABASE_URL: database.url, THOLE_BLOCKS: `s3://${s3.bucket}/moved`, ...s3.variables })
      const disk = fresh('disk')
      await runCommand(['export', place('first')], server.env)
      await runCommand(['import', place('first')], cloud)
      expect(await runCommand(['store', 'check'], cloud)).toContain('clean')
      await runCommand(['export', place('second')], cloud)
      await runCommand(['import', place('second')], disk)
      await runCommand(['export', place('third')], disk)
      const [first, second, third] = await Promise.all(['first', 'second', 'third'].map((name) => readFolder(place(name))))
      expect(Object.keys(second!)).toEqual(Object.keys(first!))
      expect(second).toEqual(first)
      expect(third).toEqual(first)
      const moved = await startServer(cloud)
      try {
        await expectFilled(moved, belongings)
      } finally {
        await moved.stop()
      }
    } finally {
      await server.stop()
    }
  })
})
