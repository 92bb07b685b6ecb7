import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { client } from '../support/api.ts'
import { violations } from '../support/axe.ts'
import { eventually, useDashboard } from '../support/dashboard.ts'
import { newPerson } from '../support/person.ts'
import { inlineCid } from '../support/psa.ts'

const house = useDashboard()
const password = 'quite another long password'

/** Somebody with an account of their own, whom the admin has invited. */
async function invited(email: string) {
  const admin = newPerson(() => house.server.url)
  await admin.signIn(house.server.admin.email, house.server.admin.password)
  const { body } = await admin.call('POST', 'admin/invitations', { email })
  const person = newPerson(() => house.server.url)
  expect((await person.call('POST', 'sign-in/invitation/accept', { token: body.token, password })).status).toBe(200)
  return { admin, person }
}

async function signInAs(page: Page, email: string, path: string) {
  await page.goto(house.server.url + path)
  await page.getByLabel('E-mail').first().fill(email)
  await page.getByLabel('Password').first().fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Clean for axe, light and dark, and no wider than a phone. */
async function expectSound(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await eventually(() => page.evaluate(() => document.getAnimations().length)).toBe(0)
    expect(await violations(page)).toEqual([])
  }
  const size = page.viewportSize()!
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await sideways(page)).toBeLessThanOrEqual(0)
  expect(await violations(page)).toEqual([])
  await page.setViewportSize(size)
}

describe('keys', () => {
  it('makes a key by service group with an end, shows it once, tells of its use, and revokes it', async () => {
    await house.signIn('/keys')
    const { page } = house
    await page.getByLabel('Name').fill('phone')
    for (const group of ['Upload', 'Gateway', 'Prover', 'Account']) await page.getByRole('checkbox', { name: group, exact: true }).uncheck()
    await page.getByLabel('Ends').selectOption('90')
    await expectSound(page)
    await page.getByRole('button', { name: 'Create key' }).click()
    const key = (await page.getByTestId('key').textContent()) ?? ''
    await page.getByText(`remote service add thole ${house.server.url}/psa ${key}`).waitFor()
    expect((await client(house.server.url, key).post('/psa/pins', { cid: inlineCid('by a new key') })).status).toBe(202)
    expect((await client(house.server.url, key).upload('not its group')).status).toBe(403)
    await house.screenshot('keys')
    await page.reload()
    const row = page.getByRole('listitem').filter({ hasText: 'phone' })
    await row.getByText(`…${key.slice(-6)}`).waitFor()
    expect(await row.textContent()).toMatch(/Pinning.*ends/)
    expect(await page.content()).not.toContain(key)
    await row.getByRole('button', { name: 'Revoke phone' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await eventually(() => row.count()).toBe(0)
    expect((await client(house.server.url, key).json('/psa/pins')).status).toBe(401)
  })

  it('makes one that only looks at pins', async () => {
    await house.signIn('/keys')
    const { page } = house
    await page.getByLabel('Name').fill('viewer')
    await page.getByRole('checkbox', { name: 'Only look at pins' }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    const api = client(house.server.url, (await page.getByTestId('key').textContent()) ?? '')
    expect((await api.json('/psa/pins')).status).toBe(200)
    expect((await api.post('/psa/pins', { cid: inlineCid('no') })).status).toBe(403)
  })
})

describe('access to pinning', () => {
  it('is closed by an admin, asked for with the button, approved with a message, and told to the person', async () => {
    const { person } = await invited('ada@example.org')
    await house.signIn('/admin/access')
    const { page } = house
    await page.getByText('No requests here').waitFor()
    await page.getByRole('checkbox', { name: 'Pinning by CID needs access' }).check()
    await page.getByText('Accounts that you have not let in get 403').waitFor()
    await expectSound(page)

    const other = await house.browser.newContext()
    const ada = await other.newPage()
    await signInAs(ada, 'ada@example.org', '/keys')
    await ada.getByRole('button', { name: 'Request API Pinning Access' }).click()
    await ada.getByLabel('What do you want to pin').fill('A museum that moves here')
    await ada.getByLabel('How much?').fill('2 TiB')
    await ada.getByLabel('Link to the project').fill('https://museum.example.org')
    expect(await violations(ada)).toEqual([])
    await ada.getByRole('button', { name: 'Send request' }).click()
    await ada.getByText('An admin will decide').waitFor()
    await expectSound(ada)

    await page.reload()
    await page.getByText('A museum that moves here').waitFor()
    await expectSound(page)
    await house.screenshot('access-requests')
    await page.getByRole('button', { name: 'Approve ada@example.org' }).click()
    await page.getByLabel('Message').fill('Welcome')
    expect(await violations(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await page.getByText('No requests here').waitFor()
    expect((await person.call('POST', 'pins', { cid: inlineCid('let in') })).status).toBeLessThan(300)

    await ada.goto(`${house.server.url}/keys`)
    await ada.getByText('The admin says: Welcome').waitFor()
    await expectSound(ada)
    await ada.getByRole('button', { name: 'Dismiss' }).click()
    await eventually(() => ada.getByText('The admin says: Welcome').count()).toBe(0)
    await other.close()

    await page.goto(`${house.server.url}/admin/audit`)
    await page.getByText('gave access to pinning, saying: Welcome').waitFor()
    await expectSound(page)
    await page.getByLabel('Kind').selectOption('keys')
    await eventually(() => page.getByText('gave access to pinning').count()).toBe(0)
    await page.getByLabel('Kind').selectOption('')
    await page.getByRole('searchbox', { name: 'Account' }).fill('nobody@example.org')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('Nothing of that kind').waitFor()
    await house.screenshot('audit')
  })
})

describe('on-demand pinning', () => {
  it('is chosen for an account in its settings, and then for each upload', async () => {
    await house.signIn('/settings')
    const { page } = house
    await page.getByRole('checkbox', { name: 'New uploads wait for their first reader' }).check()
    const settings = async () => {
      const owner = newPerson(() => house.server.url)
      await owner.signIn(house.server.admin.email, house.server.admin.password)
      return (await owner.call('GET', 'account/settings')).body
    }
    await eventually(settings).toEqual({ onDemand: true })
    await page.goto(house.server.url)
    await page.getByText('Upload options').click()
    expect(await page.getByRole('checkbox', { name: 'Wait for the first reader' }).isChecked()).toBe(true)
  })
})
