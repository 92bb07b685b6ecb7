import { randomBytes } from 'node:crypto'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { eventually, useDashboard } from '../support/dashboard.ts'

const dashboard = useDashboard()
const { signIn, drop, choose, transfer, screenshot } = dashboard
const fileRow = (name: string) => dashboard.page.locator('[data-file]').filter({ hasText: name })
const clipboard = () => dashboard.page.evaluate(() => navigator.clipboard.readText())
const at = (name: string) => join(dashboard.folder, name)

/** What the page sends from now on: the length of each body of an upload. */
function sentBytes(): number[] {
  const sent: number[] = []
  dashboard.page.on('request', (request) => request.method() === 'POST' && request.url().includes('/uploads?') && sent.push(Number(request.headers()['content-length'] ?? 0)))
  return sent
}

describe('files', () => {
  beforeEach(() => signIn('/files'))

  it('are dropped, named, listed, and their links copied', async () => {
    const { page, server } = dashboard
    await writeFile(at('hello.txt'), 'hello from a browser')
    await drop(at('hello.txt'))
    await eventually(() => transfer('hello.txt').getAttribute('data-state')).toBe('stored')
    const cid = (await transfer('hello.txt').getByTestId('cid').textContent()) ?? ''
    expect(cid).toMatch(/^baf[a-z2-7]{56}$/)
    await eventually(() => fileRow('hello.txt').getAttribute('data-cid')).toBe(cid)
    expect(await fileRow('hello.txt').textContent()).toContain('20 B')
    expect(await fileRow('hello.txt').getByLabel('File', { exact: true }).count()).toBe(1)

    await transfer('hello.txt').getByRole('button', { name: 'Copy CID' }).first().click()
    await eventually(clipboard).toBe(cid)
    await transfer('hello.txt').getByRole('button', { name: 'Copy gateway link' }).click()
    await eventually(clipboard).toBe(`${server.url}/ipfs/${cid}`)
    await transfer('hello.txt').getByRole('button', { name: 'Copy subdomain link' }).click()
    await eventually(clipboard).toBe(`http://${cid}.ipfs.localhost:${new URL(server.url).port}`)
    await transfer('hello.txt').getByRole('button', { name: 'Copy ipfs:// URI' }).click()
    await eventually(clipboard).toBe(`ipfs://${cid}`)
    expect(await (await fetch(`${server.url}/ipfs/${cid}`)).text()).toBe('hello from a browser')

    await page.getByRole('button', { name: 'hello.txt', exact: true }).click()
    const details = page.getByRole('dialog', { name: 'hello.txt' })
    await eventually(() => details.textContent()).toMatch(/Here20 B in 1 block.*Keptpinned.*Storedon this server.*Views/)
    await details.getByRole('img', { name: /^QR code of http/ }).waitFor()
    await screenshot('file-details')
  })

  it('show their CID before they are sent, and how far they are', async () => {
    const { page, context } = dashboard
    const slow = await context.newCDPSession(page)
    await page.route('**/api/v1/uploads?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      await route.continue()
    })
    await slow.send('Network.enable')
    await choose('large.bin', Array.from({ length: 400_000 }, (_, i) => `${i} `).join(''))
    await transfer('large.bin').getByTestId('early-cid').waitFor()
    await page.getByRole('progressbar', { name: 'Upload of large.bin' }).waitFor()
    const early = await transfer('large.bin').getByTestId('early-cid').textContent()
    await eventually(() => transfer('large.bin').getAttribute('data-state')).toBe('stored')
    expect(await transfer('large.bin').getByTestId('cid').textContent()).toBe(early)
  })

  it('that were broken off go on where they were, when they are dropped again after a reload', async () => {
    const { page } = dashboard
    const megabytes = 20
    await writeFile(at('again.bin'), randomBytes(megabytes << 20))
    const sent = sentBytes()
    // The last part, which makes the upload, is refused.
    await page.route(/\/uploads\?name=again\.bin/, (route) => route.fulfill({ status: 413, json: { code: 'QUOTA_EXCEEDED', detail: 'No more room.' } }))
    await drop(at('again.bin'))
    await eventually(() => transfer('again.bin').getAttribute('data-state')).toBe('failed')
    await page.unroute(/\/uploads\?name=again\.bin/)
    await page.reload()
    await page.getByText('Drop files or a folder here').waitFor()
    sent.length = 0
    await drop(at('again.bin'))
    await eventually(() => transfer('again.bin').getAttribute('data-state')).toBe('stored')
    expect(sent.length).toBe(1)
    expect(sent[0]).toBeLessThan((megabytes / 2) << 20)
    expect(await transfer('again.bin').textContent()).not.toContain('already here')
  })

  it('that are here are not sent nor listed again', async () => {
    const { page } = dashboard
    await writeFile(at('twice.txt'), 'here once')
    await mkdir(at('pair'), { recursive: true })
    for (const name of ['a', 'b']) await writeFile(at(`pair/${name}`), `one of a pair: ${name}`)
    for (const name of ['twice.txt', 'pair']) {
      await drop(at(name))
      await eventually(() => transfer(name).getAttribute('data-state')).toBe('stored')
    }
    await page.reload()
    await page.getByText('Drop files or a folder here').waitFor()
    const sent = sentBytes()
    for (const name of ['twice.txt', 'pair']) {
      await drop(at(name))
      await eventually(() => transfer(name).textContent()).toMatch(/already here since .*: nothing was sent/)
    }
    expect(sent).toEqual([])
    expect(await fileRow('twice.txt').count()).toBe(1)

    // Under another name it is another upload.
    await page.getByText('Upload options').click()
    await page.getByLabel('Name', { exact: true }).fill('twice, renamed')
    await drop(at('twice.txt'))
    await eventually(() => transfer('twice, renamed').getAttribute('data-state')).toBe('stored')
    expect(sent.length).toBe(1)
    await page.getByLabel('Name', { exact: true }).fill('')

    // What is about to be deleted is kept.
    await page.getByRole('button', { name: 'Delete twice.txt' }).click()
    await eventually(() => fileRow('twice.txt').count()).toBe(0)
    await transfer('twice.txt').getByRole('button', { name: 'Remove' }).click()
    await drop(at('twice.txt'))
    await fileRow('twice.txt').waitFor()
    await eventually(() => page.locator('[data-toast]').count()).toBe(0)

    await transfer('twice.txt').getByRole('link', { name: 'Show it' }).click()
    const cid = await transfer('twice.txt').getByTestId('cid').textContent()
    await eventually(() => page.getByLabel('Name or CID').inputValue()).toBe(cid)
    await eventually(() => page.locator('[data-file]').count()).toBe(2)
  })

  it('are given up when their upload is cancelled, and not listed', async () => {
    const { page } = dashboard
    // A hole on the disk, so cheap.
    await writeFile(at('regretted.bin'), '')
    await truncate(at('regretted.bin'), 2 ** 32)
    await page.getByTestId('files').setInputFiles(at('regretted.bin'))
    await page.getByRole('progressbar', { name: 'Upload of regretted.bin' }).waitFor()
    await transfer('regretted.bin').getByRole('button', { name: 'Cancel' }).click()
    await eventually(() => transfer('regretted.bin').count()).toBe(0)
    expect(await fileRow('regretted.bin').count()).toBe(0)
  })

  it('become one folder, and a dropped folder is the root', async () => {
    const { server } = dashboard
    await writeFile(at('one.txt'), '1')
    await writeFile(at('two.txt'), '2')
    await drop(at('one.txt'), at('two.txt'))
    await eventually(() => transfer('2 files').getAttribute('data-state')).toBe('stored')
    const both = await transfer('2 files').getByTestId('cid').textContent()
    expect(await (await fetch(`${server.url}/ipfs/${both}/two.txt`)).text()).toBe('2')

    await mkdir(at('site/img'), { recursive: true })
    await writeFile(at('site/index.html'), '<h1>site</h1>')
    // More than the hundred that one reading of a folder yields.
    await Promise.all(Array.from({ length: 120 }, (_, index) => writeFile(at(`site/img/${index}.txt`), `${index}`)))
    await drop(at('site'))
    await eventually(() => transfer('site').getAttribute('data-state')).toBe('stored')
    const cid = await transfer('site').getByTestId('cid').textContent()
    const read = async (path: string) => (await fetch(`${server.url}/ipfs/${cid}/${path}`)).text()
    expect([await read('index.html'), await read('img/0.txt'), await read('img/119.txt')]).toEqual(['<h1>site</h1>', '0', '119'])
    await eventually(() => fileRow('site').getByLabel('Folder', { exact: true }).count()).toBe(1)
  })

  it('that are CARs are unpacked when asked, and a broken one says what is wrong', async () => {
    await choose('broken.car', 'this is no CAR')
    await transfer('broken.car').getByRole('button', { name: 'Unpack it, keep its CIDs' }).click()
    await eventually(() => transfer('broken.car').getAttribute('data-state')).toBe('failed')
    expect(await transfer('broken.car').getByRole('alert').textContent()).toContain('CAR')
    await transfer('broken.car').getByRole('button', { name: 'Store it as a file' }).click()
    await eventually(() => transfer('broken.car').getAttribute('data-state')).toBe('stored')
  })

  it('are found, sorted, deleted, and brought back', async () => {
    const { page, server } = dashboard
    const key = await server.createKey()
    const send = async (name: string, text: string) => fetch(`${server.url}/api/v1/uploads?name=${name}`, { method: 'POST', body: text, headers: { authorization: `Bearer ${key}` } })
    await send('zebra.txt', 'z')
    await send('aardvark.txt', 'a much longer text')
    // The list hears of it by itself.
    await fileRow('aardvark.txt').waitFor()
    await page.getByLabel('Order by').selectOption('name')
    const names = async () => (await page.locator('[data-file] button[title]').allTextContents()).filter((name) => /^(aardvark|zebra)/.test(name))
    await eventually(names).toEqual(['aardvark.txt', 'zebra.txt'])
    await page.getByRole('button', { name: 'Ascending; turn it round' }).click()
    await eventually(names).toEqual(['zebra.txt', 'aardvark.txt'])
    await page.getByLabel('Name or CID').fill('ZEBRA')
    await eventually(() => page.locator('[data-file]').count()).toBe(1)
    const cid = (await fileRow('zebra.txt').getAttribute('data-cid'))!
    await page.getByLabel('Name or CID').fill(`ipfs://${cid}`)
    await eventually(() => page.locator('[data-file]').count()).toBe(1)

    await page.getByRole('button', { name: 'Delete zebra.txt' }).click()
    await page.getByText('No such files').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await fileRow('zebra.txt').waitFor()
    expect((await fetch(`${server.url}/ipfs/${cid}`)).status).toBe(200)
    await page.getByRole('button', { name: 'Delete zebra.txt' }).click()
    // Whoever leaves has it done at once.
    await page.goto(`${server.url}/events`)
    await eventually(async () => (await fetch(`${server.url}/ipfs/${cid}`)).status).not.toBe(200)
  })

  it('are only as many in the page as are in sight', async () => {
    const { page, server } = dashboard
    const key = await server.createKey()
    await Promise.all(Array.from({ length: 250 }, (_, i) => fetch(`${server.url}/api/v1/uploads?name=many ${i}`, { method: 'POST', body: `many ${i}`, headers: { authorization: `Bearer ${key}` } })))
    await page.goto(`${server.url}/files?find=many&sort=name&order=asc`)
    const counted: number[] = []
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 3_000)
          counted.push(await page.locator('[data-file]').count())
          return fileRow('many 99').count()
        },
        { timeout: 20_000 },
      )
      .toBe(1)
    expect(Math.max(...counted)).toBeLessThanOrEqual(100)
    expect(counted.some((number) => number > 10)).toBe(true)
  })
})

describe('pins', () => {
  beforeEach(() => signIn('/pins'))
  const pinRow = (name: string) => dashboard.page.locator('li[data-cid]').filter({ hasText: name })

  it('says what it understands, and what is no CID', async () => {
    const { page } = dashboard
    const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
    await page.getByLabel('CID or address').fill(`https://gateway.example/ipfs/${cid}/cat.jpg`)
    await page.getByText(`Pins all of ${cid}, not only cat.jpg.`).waitFor()
    await page.getByLabel('CID or address').fill('nonsense')
    await page.getByText('This is no CID.').waitFor()
    await page.getByRole('button', { name: 'Pin it' }).click()
    await eventually(() => page.getByRole('alert').textContent()).toContain('Not a valid CID')
  })

  it('shows one that waits, finds it by status and name, and cancels it', async () => {
    const { page } = dashboard
    // A CID that nobody has.
    await page.getByLabel('CID or address').fill('ipfs://bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')
    await page.getByLabel('Name', { exact: true }).fill('nowhere to be found')
    await page.getByText('Where it may be found').click()
    await page.getByLabel('Origins').fill('/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5')
    await page.getByRole('button', { name: 'Pin it' }).click()
    const row = pinRow('nowhere to be found')
    await eventually(() => row.locator('[data-status]').getAttribute('data-status')).toMatch(/^(queued|pinning)$/)
    await eventually(() => row.textContent()).toMatch(/could be reached.*\/p2p\/.* Next try at/)
    await page.getByRole('button', { name: 'Details of nowhere to be found' }).click()
    await eventually(() => page.getByRole('list', { name: 'Who was asked' }).textContent()).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/9\/p2p\/\w+ failed: /)
    await eventually(() => row.textContent()).toMatch(/Tried\d+ times?Next try.*Given up/)
    await screenshot('pin-waiting')

    await page.getByRole('button', { name: 'Failed', exact: true }).click()
    await page.getByText('No such pins').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByLabel('Name or CID', { exact: true }).fill('NOWHERE')
    await eventually(() => new URL(page.url()).searchParams.get('name')).toBe('NOWHERE')
    await eventually(() => page.locator('li[data-cid]').count()).toBe(1)
    await page.getByRole('button', { name: 'Cancel nowhere to be found' }).click()
    await eventually(() => row.count()).toBe(0)
  })
})

it('tells what happened in words, as it happens', async () => {
  const { page, server } = dashboard
  await signIn('/events')
  const key = await server.createKey()
  await fetch(`${server.url}/api/v1/uploads?name=told.txt`, { method: 'POST', body: 'told', headers: { authorization: `Bearer ${key}` } })
  await page.getByText('The key “test” uploaded “told.txt”.').waitFor()
  await page.getByText('made the key “test”', { exact: false }).first().waitFor()
  await page.getByRole('button', { name: 'Keys' }).click()
  await eventually(() => page.locator('[data-kind^="upload."]').count()).toBe(0)
  await eventually(() => page.locator('[data-kind="key.created"]').count()).toBeGreaterThan(0)
})

it('uploads with seven tabs open, which share one connection', async () => {
  const { signIn: enter, server, openPage } = dashboard
  await enter('/files')
  const tabs = [dashboard.page, ...(await Promise.all(Array.from({ length: 6 }, () => openPage())))]
  for (const tab of tabs.slice(1)) await tab.goto(`${server.url}/files`)
  for (const [i, tab] of tabs.entries()) await tab.getByTestId('files').setInputFiles({ name: `tab ${i}.txt`, mimeType: 'text/plain', buffer: Buffer.from(`of tab ${i}`) })
  for (const [i, tab] of tabs.entries()) await tab.locator('li[data-state=stored]').filter({ hasText: `tab ${i}.txt` }).waitFor()
  // Each hears of what the others sent.
  for (const tab of tabs) await tab.locator('[data-file]').filter({ hasText: 'tab 0.txt' }).waitFor()
})

it('remembers dark and light, and forgets who was there after signing out', async () => {
  const { page, server } = dashboard
  await signIn()
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
  await page.reload()
  await page.getByRole('button', { name: /^Account of/ }).click()
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('Password').first().waitFor()
  await page.goto(`${server.url}/files`)
  await page.getByLabel('Password').first().waitFor()
})
