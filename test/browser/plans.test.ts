import { describe, expect, it } from 'vitest'
import { client, pattern } from '../support/api.ts'
import { violations } from '../support/axe.ts'
import { eventually, useDashboard } from '../support/dashboard.ts'

const dashboard = useDashboard()
const { signIn } = dashboard

describe('plans and usage', () => {
  it('an admin makes a plan, says how to get more, and gives it to an account, which is suspended and goes on', async () => {
    const { page, server } = dashboard
    await server.createKey(undefined, 'somebody@example.org')
    await signIn('/admin/plans')
    await page.getByRole('button', { name: 'New plan' }).click()
    const form = page.getByRole('dialog', { name: 'New plan' })
    await form.getByLabel('Name').fill('Studio')
    await form.getByLabel('Id').fill('studio')
    await form.getByLabel('Storage, in GiB').fill('0.5')
    await form.getByLabel('Per GiB and month').fill('0.02')
    await form.getByRole('button', { name: 'Save' }).click()
    await eventually(() => page.locator('[data-plan=studio]').textContent()).toMatch(/512 MiB of storage.*\$0.02 per GiB and month/)
    await page.getByLabel('Words').fill('Write to us for more room.')
    await page.getByLabel('Whom to ask').fill('help@example.org')
    await page.getByRole('button', { name: 'Save' }).click()

    await page.goto(`${server.url}/admin/accounts`)
    const row = page.locator('[data-account="somebody@example.org"]')
    await row.getByLabel('Plan of somebody@example.org').selectOption({ label: 'Studio' })
    await row.getByRole('button', { name: 'Suspend somebody@example.org' }).click()
    await row.getByText('Suspended').waitFor()
    await row.getByRole('button', { name: 'Let go on somebody@example.org' }).click()
    await row.getByRole('button', { name: 'Suspend somebody@example.org' }).waitFor()
    await page.getByLabel('Find by e-mail').fill('nobody at all')
    await page.getByText('Nobody found').waitFor()

    await page.goto(`${server.url}/plans`)
    await page.getByRole('heading', { name: 'Studio' }).waitFor()
    await page.getByText('Write to us for more room.').waitFor()
    await page.getByRole('link', { name: 'help@example.org' }).waitFor()
  })

  it('people see what they use, what their plan gives, and that it is nearly used up', async () => {
    const { page, server } = dashboard
    await signIn('/admin/plans')
    await page.evaluate(async () => {
      const json = (method: string, path: string, body?: unknown) => fetch(`/api/v1/${path}`, { method, headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) })
      await json('PUT', 'admin/plans/mine', { name: 'Mine', storageBytes: 100_000, bandwidthBytes: 1_000_000_000, priceGibMonth: 5 })
      const { accounts } = await (await json('GET', 'admin/accounts?search=admin@')).json()
      await json('PATCH', `admin/accounts/${accounts[0].id}`, { plan: 'mine' })
    })
    const key = await server.createKey()
    const { body } = await client(server.url, key).upload(pattern(92_000, 1))
    await fetch(`${server.url}/ipfs/${body.roots[0].cid}`).then((answer) => answer.arrayBuffer())
    await page.goto(`${server.url}/usage`)
    await page.getByText('Storage: 92 % of what your plan gives is used.').waitFor()
    await page.getByRole('progressbar', { name: 'Storage' }).waitFor()
    await eventually(() => page.locator('canvas').count()).toBe(3)
    await page.getByText('The same as a table').click()
    await eventually(() => page.getByRole('table').textContent()).toMatch(/Day \(UTC\).*Stored.*Sent.*Requests.*Cost/)
    await page.getByRole('button', { name: 'Hours' }).click()
    await eventually(() => page.getByRole('table').textContent()).toMatch(/Hour \(UTC\)/)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await eventually(() => page.getByText('92 % of what your plan gives').count()).toBe(0)
    await page.getByRole('link', { name: 'What plans give, and how to get more' }).click()
    await page.getByText('Yours').waitFor()
    expect(await violations(page)).toEqual([])
  })
})
