import { TOTP } from 'otpauth'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { seriousViolations } from '../support/axe.ts'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { newPerson } from '../support/person.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let chromium: OpenBrowser
let context: BrowserContext
let page: Page
/** By a host name, since passkeys belong to one. */
let home: string
let accidents: string[]
const password = 'a sentence that nobody guesses'

beforeAll(async () => {
  ;[server, chromium] = await Promise.all([startServer({ THOLE_NETWORK: 'none', THOLE_GITHUB_CLIENT_ID: 'thole', THOLE_GITHUB_CLIENT_SECRET: 'shh' }), launchBrowser()])
  home = `http://localhost:${new URL(server.url).port}`
})
afterAll(async () => {
  await chromium?.close()
  await server?.stop()
})

beforeEach(async () => {
  accidents = []
  context = await chromium.browser.newContext()
  page = await newPage()
})
afterEach(async () => {
  await context.close()
  expect(accidents).toEqual([])
})

async function newPage(): Promise<Page> {
  const made = await context.newPage()
  made.setDefaultTimeout(10_000)
  made.on('pageerror', (error) => accidents.push(error.message))
  made.on('console', (message) => message.text().includes('Content Security Policy') && accidents.push(message.text()))
  return made
}

async function signIn(email: string, word: string) {
  await page.goto(`${home}/settings`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(word)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const heading = (name: string | RegExp) => page.getByRole('heading', { name }).first().waitFor()
const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

async function expectSound() {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Colours fade from one to the other.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))
    expect(await seriousViolations(page)).toEqual([])
  }
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await sideways()).toBe(0)
  await page.setViewportSize({ width: 1280, height: 800 })
}

it('asks somebody in, who accepts by the link, and gives them another role', async () => {
  await signIn(server.admin.email, server.admin.password)
  await heading('Settings')
  await page.getByRole('link', { name: 'Members' }).click()
  await heading('Members')
  const card = page.getByRole('region', { name: 'Ask somebody into this account' })
  await card.getByLabel('E-mail').fill('ada@example.org')
  await card.getByLabel('Role').selectOption('reader')
  await card.getByRole('button', { name: 'Invite' }).click()
  const link = (await page.getByTestId('link').textContent())!
  await card.getByText(/asked as reader.* · until \d+ \w+ \d{4}/).waitFor()
  await expectSound()

  const ada = await chromium.browser.newContext()
  const theirs = await ada.newPage()
  theirs.setDefaultTimeout(10_000)
  await theirs.goto(link)
  await theirs.getByText('are asked into the account').waitFor()
  expect(theirs.url()).toBe(`${home}/invitation`)
  expect(await seriousViolations(theirs)).toEqual([])
  await theirs.getByLabel('Password').fill(password)
  await theirs.getByRole('button', { name: 'Accept', exact: true }).click()
  await theirs.getByRole('button', { name: /^Account of ada@example.org/ }).waitFor()
  await ada.close()

  await page.reload()
  await page.getByLabel('Role of ada@example.org').selectOption('member')
  await expect.poll(() => page.getByLabel('Role of ada@example.org').inputValue()).toBe('member')
  await page.getByLabel(`Role of ${server.admin.email}`).selectOption('reader')
  await page.getByText('an account needs an owner').waitFor()
})

it('tells somebody who belongs to no account any more what to do', async () => {
  const [admin, gone] = [newPerson(() => server.url), newPerson(() => server.url)]
  await admin.signIn(server.admin.email, server.admin.password)
  const { token } = (await admin.call('POST', 'members/invitations', { email: 'gone@example.org', role: 'member' })).body
  await gone.call('POST', 'sign-in/invitation/accept', { token, password })
  const { members } = (await gone.call('GET', 'members')).body as { members: { id: string; email: string }[] }
  await gone.call('DELETE', `members/${members.find(({ email }) => email === 'gone@example.org')!.id}`)
  await signIn('gone@example.org', password)
  await heading('You belong to no account')
  await page.getByText('for an invitation').waitFor()
  expect(await page.getByRole('button', { name: 'Make an account of my own' }).count()).toBe(0)
  await expectSound()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await heading(/^Sign in to/)
})

it('sets up one-time codes, and asks for one from then on', async () => {
  await signIn('ada@example.org', password)
  await heading('Settings')
  await page.getByRole('button', { name: 'Set up one-time codes' }).click()
  const secret = (await page.getByTestId('secret').textContent())!
  await page.getByRole('img', { name: 'QR code of the secret' }).locator('path').waitFor()
  await expectSound()
  await page.getByLabel('Code', { exact: true }).fill(new TOTP({ secret }).generate())
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByTestId('recovery-codes').waitFor()
  const codes = await page.getByTestId('recovery-codes').locator('li').allTextContents()
  expect(codes).toHaveLength(10)
  await page.getByRole('button', { name: 'I have kept them' }).click()

  await context.clearCookies()
  await signIn('ada@example.org', password)
  await page.getByLabel('One-time code').fill('123456')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('This code is wrong').waitFor()
  await expectSound()
  await page.getByLabel('One-time code').fill(codes[0]!)
  await page.getByRole('button', { name: 'Go on' }).click()
  await heading('Settings')
  await page.getByText('9 recovery codes are left').waitFor()
})

it('signs in with a passkey, without a password and without a code', async () => {
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  await signIn(server.admin.email, server.admin.password)
  await heading('Settings')
  await page.getByLabel('Name of the device').fill('laptop')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('laptop', { exact: true }).waitFor()
  await expectSound()

  await context.clearCookies()
  await page.goto(`${home}/signin?to=/settings`)
  await page.getByRole('link', { name: 'Go on with GitHub' }).waitFor()
  await expectSound()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await heading('Settings')
  await page.getByText('– this one').waitFor()

  // A device that did not check its user shows one factor, and is refused.
  await context.clearCookies()
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto(`${home}/signin`)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('alert').waitFor()
  expect((await context.request.get(`${home}/api/v1/session`)).status()).toBe(401)
})

it('asks whoever has no second factor to set one up, where the server asks for it', async () => {
  await signIn(server.admin.email, server.admin.password)
  await heading('Settings')
  const { token } = await page.evaluate(async () => {
    const answer = await fetch('/api/v1/admin/invitations', { method: 'POST', body: JSON.stringify({ email: 'bob@example.org' }), headers: { 'content-type': 'application/json' } })
    return (await answer.json()) as { token: string }
  })
  await page.getByLabel('Ask everybody for a second factor').check()
  await page.getByLabel('Name', { exact: true }).fill('Harbour')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  await context.clearCookies()
  await page.goto('about:blank')
  await page.goto(`${home}/invitation#token=${token}`)
  await heading('Welcome to Harbour')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Accept', exact: true }).click()
  await heading('Set up a second factor')
  expect(await page.getByRole('button', { name: 'Go on' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Set up one-time codes' }).click()
  await page.getByLabel('Code', { exact: true }).fill(new TOTP({ secret: (await page.getByTestId('secret').textContent())! }).generate())
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('button', { name: /^Account of bob@example.org/ }).waitFor()
})
