import type { Config } from '../config/config.ts'
import { remoteAddressHeader } from '../http/edge.ts'
import type { Db } from '../ports/db/index.ts'
import type { SignIn } from '../ports/sign-in.ts'
import { createSignIn } from '../services/sign-in/index.ts'
import { systemClock as clock } from './clock.ts'

export function openSignIn({ http, limits }: Config, db: Db): SignIn {
  const baseUrl = http.publicUrl ?? `http://${http.host}:${http.port}`
  return createSignIn({ db, clock, baseUrl, triesPerAddress: limits.failures || Infinity, addressOf: (headers) => headers.get(remoteAddressHeader) ?? undefined })
}
