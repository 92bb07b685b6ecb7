import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { startPostgres } from './postgres.ts'

export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

let own: ReturnType<typeof startPostgres> | undefined

/** An empty PostgreSQL database of its own: on the server that all tests of this run share, or on this process's. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await serverUrl()
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, drop: () => administer(server, `drop database ${name} with (force)`) }
}

async function serverUrl(): Promise<string> {
  const path = process.env.THOLE_TEST_POSTGRES
  // Without the shared one: it ends with this process.
  if (path === undefined) return (await (own ??= startPostgres())).url
  const answer = JSON.parse(await text(connect(path))) as { url?: string; error?: string }
  if (answer.url === undefined) throw new Error(answer.error)
  return answer.url
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
