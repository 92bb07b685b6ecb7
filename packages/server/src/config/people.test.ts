import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const people = (env: Record<string, string>) => parseConfig(readEnv(env)).people

test('nothing is offered that is not configured', () => {
  expect(people({})).toEqual({ signUp: 'closed', mail: undefined, gitHub: undefined, oidc: undefined, breachedPasswords: undefined })
})

test('the API of GitHub is where it is for everybody, or below an enterprise server', () => {
  const client = { THOLE_GITHUB_CLIENT_ID: 'i', THOLE_GITHUB_CLIENT_SECRET: 's' }
  expect(people(client).gitHub).toMatchObject({ url: 'https://github.com', apiUrl: 'https://api.github.com' })
  expect(people({ ...client, THOLE_GITHUB_URL: 'https://git.example.org/' }).gitHub).toMatchObject({ url: 'https://git.example.org', apiUrl: 'https://git.example.org/api/v3' })
  expect(people({ ...client, THOLE_GITHUB_API_URL: 'http://127.0.0.1:1/' }).gitHub).toMatchObject({ apiUrl: 'http://127.0.0.1:1' })
})

test.each([
  [{ THOLE_SIGN_UP: 'open' }, /THOLE_SIGN_UP needs THOLE_SMTP_URL/],
  [{ THOLE_SMTP_URL: 'http://mail.example.org', THOLE_MAIL_FROM: 'a@example.org' }, /THOLE_SMTP_URL must be/],
  [{ THOLE_SMTP_URL: 'smtp://mail.example.org' }, /THOLE_MAIL_FROM must be/],
  [{ THOLE_GITHUB_CLIENT_ID: 'x' }, /THOLE_GITHUB_CLIENT_ID goes together/],
  [{ THOLE_OIDC_ISSUER: 'https://id.example.org' }, /THOLE_OIDC_ISSUER goes together/],
])('%j is refused', (env, words) => {
  expect(() => people(env)).toThrow(words)
})
