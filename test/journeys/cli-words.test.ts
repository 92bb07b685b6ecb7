import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { tholeHome, type Thole } from '../support/thole.ts'

let thole: Thole
beforeAll(async () => {
  thole = await tholeHome()
})
afterAll(() => thole?.[Symbol.asyncDispose]())

const isThere = (shell: string) => spawnSync(shell, ['--version'], { stdio: 'ignore' }).status === 0
const names = ['login', 'logout', 'whoami', 'put', 'get', 'ls', 'rm', 'status', 'open', 'pin add', 'pin ls', 'pin rm', 'import pins', 'import csv', 'import cars', 'import s3', 'import kubo', 'completion']

describe('help', () => {
  test('lists every command, and each has a page with examples', async () => {
    const { code, out } = await thole.run(['--help'])
    expect(code).toBe(0)
    for (const name of names) expect(out).toContain(`\n  ${name} `)
    const page = await thole.run(['put', '--help'])
    expect(page.code).toBe(0)
    for (const title of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXAMPLES', 'ENVIRONMENT', 'EXIT STATUS']) expect(page.out).toMatch(new RegExp(`^${title}$`, 'm'))
    expect(page.out).toContain('thole put photo.jpg')
    expect((await thole.run(['help', 'pin', 'add'])).out).toContain('thole pin add - has the server fetch and keep a CID')
  })

  test('without a command, or with one that is none, it is told which there are', async () => {
    expect(await thole.run([])).toMatchObject({ code: 2, out: '' })
    const { code, err } = await thole.run(['upload'])
    expect([code, err.split('\n')[0]]).toEqual([2, 'There is no command "upload".'])
    const group = await thole.run(['pin'])
    expect([group.code, group.err.split('\n')[0]]).toEqual([2, '"pin" is several commands.'])
    expect(group.err).toContain('pin add')
    expect(group.err).not.toContain('whoami')
    expect(await thole.run(['import', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('import kubo') })
  })
})

describe('completions', () => {
  test('bash completes commands, second words, options, choices and files', async () => {
    const { out: script } = await thole.run(['completion', 'bash'])
    await using folder = await temporaryFolder({ 'complete.sh': script })
    const complete = (...words: string[]) => {
      const line = `source ${join(folder.path, 'complete.sh')}; COMP_WORDS=(thole ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _thole; echo "\${COMPREPLY[@]}"`
      const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line], { encoding: 'utf8' })
      expect(stderr).toBe('')
      return stdout.trim().split(' ')
    }
    expect(complete('p')).toEqual(['put', 'pin'])
    expect(complete('pin', '')).toEqual(['add', 'ls', 'rm'])
    expect(complete('put', '--d')).toEqual(['--dry-run'])
    expect(complete('pin', 'add', '--w')).toEqual(['--wait'])
    expect(complete('put', 'a.txt', '--profile', 'web')).toEqual(['web3-storage'])
    expect(complete('put', 'some')).toEqual([''])
  })

  test.skipIf(!isThere('zsh'))('zsh reads its script', async () => {
    const { out: script } = await thole.run(['completion', 'zsh'])
    await using folder = await temporaryFolder({ 'complete.zsh': script })
    const { status, stdout, stderr } = spawnSync('zsh', ['-f', '-c', `autoload -U compinit; compinit -u -D; source ${join(folder.path, 'complete.zsh')}; echo $_comps[thole]`], { encoding: 'utf8' })
    expect([status, stdout, stderr]).toEqual([0, '_thole\n', ''])
  })

  test.skipIf(!isThere('fish'))('fish completes commands and options', async () => {
    const { out: script } = await thole.run(['completion', 'fish'])
    await using folder = await temporaryFolder({ 'complete.fish': script })
    const complete = (line: string) => {
      const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', `source ${join(folder.path, 'complete.fish')}; complete -C '${line}'`], { encoding: 'utf8' })
      expect(stderr).toBe('')
      return stdout.split('\n').filter(Boolean).map((row) => row.split('\t')[0])
    }
    expect(complete('thole pin ')).toEqual(expect.arrayContaining(['add', 'ls', 'rm']))
    expect(complete('thole put --d')).toEqual(['--dry-run'])
  })

  test('another shell is none', async () => {
    expect(await thole.run(['completion', 'tcsh'])).toMatchObject({ code: 2, out: '' })
  })
})
