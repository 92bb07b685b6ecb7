import { first } from './0001-first.ts'
import { signIn } from './0002-sign-in.ts'

/** In the order in which they are applied. One that was released is never changed. */
export const migrations: readonly { name: string; statements: readonly string[] }[] = [
  { name: '0001-first', statements: first },
  { name: '0002-sign-in', statements: signIn },
]
