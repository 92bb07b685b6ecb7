import { afterAll, beforeAll } from 'vitest'
import { client, type Client } from '../support/api.ts'
import { startKubo, type Kubo, type KuboProfile } from '../support/kubo.ts'
import { startServer, type TestServer } from '../support/server.ts'

export interface Pair {
  server: TestServer
  key: string
  api: Client
  kubo: Kubo
}

/** A Thole and a Kubo for the suite that calls this, started before its tests and stopped after them. */
export function usePair({ variables, profile, kubo }: { variables?: Record<string, string>; profile?: KuboProfile; /** Its surroundings. */ kubo?: Record<string, string> } = {}): Pair {
  const pair = {} as Pair
  beforeAll(async () => {
    pair.kubo = await startKubo({ profile, variables: kubo })
    pair.server = await startServer(variables)
    pair.key = await pair.server.createKey()
    pair.api = client(pair.server.url, pair.key)
  })
  afterAll(async () => {
    await pair.server?.stop()
    await pair.kubo?.stop()
  })
  return pair
}

/** What the gateway answers with 200. */
export async function gatewayBytes({ server }: Pair, path: string): Promise<Uint8Array> {
  const answer = await fetch(`${server.url}${path}`)
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return new Uint8Array(await answer.arrayBuffer())
}
